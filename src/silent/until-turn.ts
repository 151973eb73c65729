import { disposedError } from '../core/errors.ts'
import { lockUntilPutAway, type LockUntilPutAway } from '../core/rotation/lock-until-put-away.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { SignInTurn } from '../core/sign-in-watch.ts'
import { atMost, onAbort, unlessStopped, untilFirst, type Stop } from '../core/until.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { judgeOthers } from './judge-others.ts'

export interface Turn {
  readonly kind: 'leave' | 'signed-in' | 'interaction-required'
  /** Lets the next tab have its turn. */
  release(): void
}

/** Ends that nobody has decided: what the user sees may well be a server that still knows him. */
const healed: readonly string[] = ['never', 'rotation-lost']
/** A tab that leaves holds the lock for as long as metadata and storage may take, or it does not leave. */
const longestTurnMs = 60_000
/** What another tab's sign-in has come to is read this often: a message may be lost. */
const lookEveryMs = 1_000

/** Waits until this page is the one to leave, or has no reason to. */
export async function untilTurn(
  auth: TokenManager,
  here: SignInTurn,
  signal: AbortSignal | undefined,
): Promise<Turn> {
  const { clock, page, code, keeper, disposal } = here
  const disposed: Stop = (reject) => onAbort(disposal)(() => reject(disposedError()), reject)
  const stops = [onAbort(signal), disposed]
  const until = <T>(work: Promise<T>): Promise<T> => unlessStopped<T>(work, stops)
  let lock: LockUntilPutAway | undefined
  const release = (): void => {
    lock?.release()
    lock = undefined
  }
  const turn = (kind: Turn['kind']): Turn => ({ kind, release })

  /** Calls back, later than now, when there is a session, or the user sees this page. */
  const onChange = (wake: () => void): (() => void) => {
    let isNow = true
    const ends = [
      auth.subscribe(({ status }) => status === 'signed-in' && !isNow && wake()),
      page.subscribe(() => page.isVisible() && wake()),
    ]
    isNow = false
    return () => ends.forEach((end) => end())
  }
  const change: Stop<void> = (_, resolve) => onChange(() => resolve())

  try {
    await until(auth.ready)
    for (;;) {
      const found = reasonToStay(auth.getState(), code.tab.recall())
      if (found) return turn(found)
      if (!page.isVisible()) {
        release()
        await unlessStopped(new Promise<void>(() => {}), [...stops, change])
        continue
      }
      // A session in memory is that of one tab, so each has to go itself.
      if (here.storage === 'memory') return turn('leave')
      lock ??= lockUntilPutAway(here.locks.request(`silent ${here.key}`), page, clock)
      const isGranted = await atMost(clock, longestTurnMs, lock.granted, stops)
      if (isGranted === undefined) return turn('interaction-required')
      // It is let go when the page is put away.
      if (lock.wasPutAway()) {
        release()
        continue
      }
      await until(keeper.read().catch(() => undefined))
      if (auth.getState().status === 'signed-in' || !page.isVisible()) continue
      const others = judgeOthers(await until(code.stored().catch(() => [])), clock.now())
      if (others === 'over') return turn('interaction-required')
      if (others === 'none') return turn('leave')
      await until(untilFirst(clock, lookEveryMs, onChange))
    }
  } catch (error) {
    release()
    throw error
  }
}

/** Nothing, if a look at the server is of use, and this tab has not had one in vain. */
function reasonToStay(
  state: SessionState,
  last: unknown,
): Exclude<Turn['kind'], 'leave'> | undefined {
  if (state.status === 'signed-in') return 'signed-in'
  const isHealed = state.status === 'signed-out' && healed.includes(state.reason)
  return isHealed && last === undefined && !isInFrame() ? undefined : 'interaction-required'
}

/** Few servers show anything in a frame, and what leaves there is not what the user sees. */
function isInFrame(): boolean {
  return typeof window !== 'undefined' && window.top !== window.self
}
