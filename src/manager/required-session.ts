import type { SessionState } from '../core/session/session-state.ts'
import type { TokenManager } from './token-manager-api.ts'

// What the hooks of every framework tell whoever renders something in place of a session: types alone,
// of which the manager itself uses none.

export type SignedOut = Extract<SessionState, { readonly status: 'signed-out' }>

/** What there is to show in place of what requires a session. */
export interface FallbackState {
  /** Something to wait for: the stored session is being read, or what was begun goes on. */
  readonly isPending: boolean
  /** What that rejected with: `signIn`, what was followed, or what was begun for want of a session. */
  readonly error: unknown
  /** Begins a sign-in, for a button. What it rejects with is the `error` then. */
  readonly signIn: (options?: Parameters<TokenManager['signIn']>[0]) => void
  /** Shows what becomes of a sign-in that was begun otherwise, such as that of `signInWithPopup`. */
  readonly follow: (work: Promise<unknown>) => void
}

/** What there is to say above a page whose session has ended. */
export interface NoticeState extends FallbackState {
  readonly reason: SignedOut['reason']
}
