import type { Page } from './page.ts'
import type { AbortSignalLike, Clock, LockManager } from './ports.ts'

/** What a page needs that waits for a sign-in which another window finishes. */
export interface SignInWatch {
  readonly clock: Clock
  readonly disposal: AbortSignalLike
  /** A session in memory is that of one window. */
  readonly storage: unknown
  readonly code: {
    /** The sign-ins that this browser knows of, as they lie in storage: nobody has looked into them. */
    stored(): Promise<unknown>
  }
  /** Reads the session, so that the state shows it. */
  readonly keeper: { read(): Promise<{ readonly session?: { readonly id?: string } }> }
  /** Has an event `news` when another tab has told of something. */
  readonly news: EventTargetLike
}

/** What a page needs to know before it signs in without being asked. */
export interface SignInTurnParts extends SignInWatch {
  readonly locks: LockManager
  readonly page: Page
  /** A name that only this manager's sign-ins have. */
  readonly key: string
  readonly code: SignInWatch['code'] & {
    /** What this tab remembers of a sign-in: its state, until a callback comes, and where that came to. */
    readonly tab: { recall(): { readonly state?: unknown; readonly at?: unknown } | undefined }
  }
}

/** The part of `EventTarget` that is needed. */
interface EventTargetLike {
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}
