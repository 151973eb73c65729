import { StorageError } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'

/** Whether a token may be served from what this tab last saw in storage. */
export type Trust =
  | 'sound'
  /** It may, but it is time for another look. */
  | 'ageing'
  /** Something may have happened that this tab was not told of: look first. */
  | 'none'

/** Looks into storage as often as promises about other tabs need it. */
export interface Lookout {
  /** Reads storage, together with whoever else is reading it. Rejects with a {@link StorageError}. */
  look(): Promise<unknown>
  /** Every token served from now on rests on a look that begins after this. */
  distrust(): void
  trust(now: number, monotonic: number): Trust
  /**
   * Fulfils when what was seen may be trusted again, or storage was waited for long enough and has
   * been heard at least once. Rejects with a {@link StorageError} where it never was, and with what
   * `wait` rejects with.
   *
   * @param wait Waits as long as the caller still wants to, and no longer than a bound.
   */
  untilTrusted(wait: (work: Promise<unknown>, boundMs: number) => Promise<unknown>): Promise<void>
}

/** How old this tab's view of storage may get while requests are made: a lost message costs no more. */
const lookEveryMs = 10_000
/** Storage that has said nothing for so long is not waited for. */
export const longestLookMs = 3_000
/** The two clocks run apart by more than this only if one was set or the machine slept. */
const sleepMs = 5_000

export function createLookout(keeper: RecordKeeper, clock: Clock): Lookout {
  let looking: Promise<unknown> | undefined
  /** The one that begins when this one is over. */
  let next: Promise<unknown> | undefined
  let lookingSince = 0
  let distrusted = false
  /** Something has come up since the last look began. */
  let doubted = false
  let lookedAt = readClocks()

  function readClocks(): { readonly now: number; readonly monotonic: number } {
    return { now: clock.now(), monotonic: clock.monotonic() }
  }

  /** One look at a time, and one behind it, however many messages come. */
  function look(): Promise<unknown> {
    if (!looking || isSilent()) return begin()
    if (!doubted) return looking
    next ??= looking.then(begin, begin)
    return next
  }

  function begin(): Promise<unknown> {
    next = undefined
    doubted = false
    lookedAt = readClocks()
    lookingSince = lookedAt.monotonic
    const mine = keeper.read().finally(() => {
      if (looking !== mine) return
      looking = undefined
      // What came up during this look needs another one.
      distrusted = doubted
    })
    looking = mine
    return mine
  }

  /** Storage that has not answered in time is not waited for again. */
  function isSilent(): boolean {
    return looking !== undefined && clock.monotonic() - lookingSince >= longestLookMs
  }

  return {
    look,
    distrust() {
      distrusted = true
      doubted = true
    },

    trust(now, monotonic) {
      const seen = keeper.seen()
      const sinceMs = monotonic - lookedAt.monotonic
      const slept = Math.abs(now - lookedAt.now - sinceMs) > sleepMs
      if (!seen || distrusted || slept || keeper.overdue()) return 'none'
      if (sinceMs <= lookEveryMs) return 'sound'
      // A message that was lost may have told of a sign-in: nobody is sent to sign in without a look.
      return seen.session ? 'ageing' : 'none'
    },

    async untilTrusted(wait) {
      const until = clock.monotonic() + longestLookMs
      do {
        try {
          await wait(look(), until - clock.monotonic())
        } catch (error) {
          // Storage that cannot be read does not keep a good token from being served.
          if (!(error instanceof StorageError && keeper.seen())) throw error
        }
        if (!keeper.seen()) throw new StorageError('STORE_READ', 'Storage does not answer.')
        if (isSilent()) distrusted = false
        // A doubt that came up meanwhile needs a look of its own.
      } while (distrusted && clock.monotonic() < until)
      keeper.endOverdue()
      lookedAt = readClocks()
    },
  }
}
