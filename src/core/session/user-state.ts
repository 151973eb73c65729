import type { IdTokenClaims } from '../id-token-claims.ts'
import type { TokenError } from '../errors.ts'
import type { SessionState } from './session-state.ts'

/**
 * Who is signed in: what the ID token says, as far as the scope and the server let it. Without one
 * (no scope `openid`) nothing is known but that somebody is.
 */
export type User<Claims extends object = object> = Partial<IdTokenClaims & Claims>

/** What most of a user interface needs to know. */
export type UserState<Claims extends object = object> =
  /** The stored session is being read, or a sign-in finished. */
  | { readonly isLoading: true; readonly user: undefined; readonly error: undefined }
  | { readonly isLoading: false; readonly user: User<Claims>; readonly error: undefined }
  /** Why the session has ended by itself, or what the sign-in rejected with; else nobody signed in. */
  | { readonly isLoading: false; readonly user: undefined; readonly error: TokenError | undefined }

const nobodyKnowsWhom: User = {}

export function userOf(state: SessionState): User | undefined {
  return state.status === 'signed-in' ? (state.claims ?? nobodyKnowsWhom) : undefined
}

export function endingErrorOf(state: SessionState): TokenError | undefined {
  return state.status === 'signed-out' ? state.error : undefined
}

export function isRestoring(state: SessionState): boolean {
  return state.status === 'restoring'
}
