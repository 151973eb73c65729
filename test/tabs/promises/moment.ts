import type { Happening } from '../../../src/testing/happenings.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'

/** Something the app asked of a tab. */
export interface Call {
  readonly id: number
  readonly tab: TabProcess
  readonly kind: 'token' | 'fetch' | 'refresh' | 'sign-in' | 'sign-out' | 'redeem'
  /** When it was asked for: the number of the moment, and ms by the monotonic clock. */
  readonly begunAt: number
  readonly begunAtMs: number
  /** Whether it is about the session's own token or about one for another audience. */
  readonly audience?: 'other'
  /** For a sign-in, and for a redemption: which family it begins. */
  readonly family?: number
}

/** Whose session a page shows. `user`: if his name is known. */
export type Shown = 'restoring' | 'nobody' | { readonly family: number; readonly user?: string }

export type CallMoment = { readonly tab: TabProcess } & (
  | { readonly type: 'call'; readonly call: Call }
  /** `token`: what it was given, if it was; `error`: the class of what it was refused with. */
  | {
      readonly type: 'call-over'
      readonly call: Call
      readonly token?: string
      readonly error?: string
    }
  /** What the page shows from now on. */
  | { readonly type: 'shown'; readonly shown: Shown }
  /** Something that makes a tab look; `online` is told apart, because it ends some hold-offs. */
  | { readonly type: 'page-event'; readonly event?: 'online' }
  | { readonly type: 'clock-stepped' }
)

/** Everything the keepers of the promises get to see, each with its number and its instant. */
export type Moment = (Happening | CallMoment) & { readonly at: number; readonly atMs: number }

/** The promises that are kept or broken; the numbers are those of the design. */
export type PromiseName =
  | 'one spend (1)'
  | 'ends only for a reason (2)'
  | 'newest token kept (3)'
  | 'signed out means signed out (4)'
  | 'never to another user (5)'
  | 'two sends at most (6)'
  | 'no storm (6)'
  | 'one grant for one need'
  | 'hold-offs are kept'
  | 'counters only rise'
  | 'everything settles'
  | 'tabs agree in the end'
  | 'nothing is left behind'
  | 'no waiting for time'

/** Notes that a promise was broken. */
export type Broken = (promise: PromiseName, words: string) => void

/** Limits that are documented; each is granted by name, and counted. */
export type Exception =
  /** Without the lock nobody can tell a lease that ran out from a clock that was set. */
  | 'clock stepped without the lock'
  /** Somebody had the right to send, because the holder gave no sign for a whole lease, when its reply came after all. */
  | 'late reply after the lease'
  /** Storage would take neither the new token nor the mark that the old one is spent. */
  | 'storage refused'
  /** Storage refused a sign-out or a sign-in; another tab had signed in in that very millisecond, and counts as later. */
  | 'decided in the same millisecond'
  /** Storage refused a sign-out, and another tab had signed in unseen, in an epoch ahead of a clock that was set back. */
  | 'refused under a clock that was set'
  /** A `refresh()` was waited for no longer, but the attempt that it had led to was under way. */
  | 'patience was over'
  /** A request was lost, and sent once more at once, though nobody waited for it any more. */
  | 'reply lost'
  /** Storage said nothing for 3 s, and a token that still lives was served. */
  | 'storage silent'

export type Grant = (exception: Exception) => true

export interface Keeper {
  see(moment: Moment): void
}
