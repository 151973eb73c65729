import { promptRetryMs } from './back-off.ts'
import { RefreshUnavailableError } from '../errors.ts'
import type { Page } from '../page.ts'
import { patiently } from '../patiently.ts'
import type { AbortSignalLike, Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { Wish } from './refresh-plan.ts'
import type { Rotate } from './rotation.ts'
import type { SingleFlight } from './single-flight.ts'
import type { TokenSet } from '../record/token-set.ts'
import { unlessStopped, untilFirst, type Stop } from '../until.ts'

export interface PatientCaller {
  readonly signal?: AbortSignalLike | undefined
  /** What ends its waiting. */
  readonly stops: readonly Stop[]
}

export interface Outlast {
  /** One rotation, which all callers of this tab share. */
  share: Rotate
  /**
   * The same for one caller that has no usable token: what fails and passes by itself within the
   * caller's patience is waited out, and asked for again. Rejects with the last failure.
   *
   * @param canDoWithout Whether the caller has a token by now that it can do with.
   */
  outlast(wish: Wish, caller: PatientCaller, canDoWithout?: () => boolean): Promise<TokenSet>
  dispose(): void
}

/** Two clocks may disagree by a hair on whether a pause is over. */
const shortestPauseMs = 50

/** Patience is each caller's own: two callers of one rotation may have met different failures. */
export function createOutlast(options: {
  readonly keeper: RecordKeeper
  readonly flight: SingleFlight
  readonly clock: Clock
  readonly page: Page
  readonly patienceMs: number
}): Outlast {
  const { keeper, clock, page, patienceMs } = options
  let cancelRetry = (): void => {}
  let isDisposed = false

  function share(wish: Wish): Promise<TokenSet> {
    const token = options.flight.share(wish)
    token.catch((error: unknown) => retryPromptly(wish, error))
    return token
  }

  /**
   * A server with a grace window answers the refresh token of a reply that was lost, but not for
   * long: whether anybody still waits does not matter. Once in an outage: the pauses after that are
   * longer than such windows.
   */
  function retryPromptly(wish: Wish, error: unknown): void {
    const leftMs = pauseLeftMs(error)
    if (isDisposed || leftMs === undefined || leftMs > promptRetryMs || !mayBeLost(error)) return
    const { failure, unknown = 0 } = keeper.seen() ?? {}
    // What came with a refresh token, and failed a check, was not lost.
    if (failure?.attempt !== 1 || unknown === 0) return
    cancelRetry()
    cancelRetry = clock.schedule(leftMs, () => void share(wish).catch(() => undefined))
  }

  /** What a pause still lasts, if `error` passes by itself. */
  function pauseLeftMs(error: unknown): number | undefined {
    const isPassing = error instanceof RefreshUnavailableError && error.retryAt !== undefined
    return isPassing ? Math.max(error.retryAt - clock.now(), shortestPauseMs) : undefined
  }

  /** Calls back when a record is seen, the network is back, or the caller stops waiting. */
  function onNews(stops: readonly Stop[]): (wake: () => void) => () => void {
    return (wake) => {
      const ends = [
        keeper.onSeen(wake),
        page.subscribe((event) => {
          if (event === 'online') wake()
        }),
        ...stops.map((stop) => stop(wake, wake)),
      ]
      return () => ends.forEach((end) => end())
    }
  }

  async function outlast(
    wish: Wish,
    { signal, stops }: PatientCaller,
    canDoWithout: () => boolean = () => false,
  ): Promise<TokenSet> {
    let giveUpAt = Infinity
    let giveUp: readonly Stop[] = []
    for (;;) {
      if (signal?.aborted) throw signal.reason
      try {
        return await unlessStopped(share(wish), [...stops, ...giveUp])
      } catch (error) {
        const leftMs = pauseLeftMs(error)
        if (leftMs === undefined || canDoWithout()) throw error
        const now = clock.monotonic()
        giveUpAt = Math.min(giveUpAt, now + patienceMs)
        if (now + leftMs > giveUpAt) throw error
        await unlessStopped(untilFirst(clock, leftMs, onNews(stops)), stops)
        // The attempts count, too.
        giveUp = [(stop) => patiently(clock, giveUpAt - clock.monotonic(), () => stop(error))]
      }
    }
  }

  return {
    share,
    outlast,
    dispose() {
      isDisposed = true
      cancelRetry()
    },
  }
}

function mayBeLost(error: unknown): boolean {
  return error instanceof RefreshUnavailableError && error.outcome === 'unknown'
}
