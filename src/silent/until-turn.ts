import { disposedError } from '../core/errors.ts'
import { lockUntilPutAway, type LockUntilPutAway } from '../core/rotation/lock-until-put-away.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { SignInTurnParts } from '../core/sign-in-watch.ts'
import { atMost, onAbort, unlessStopped, untilFirst, type Stop } from '../core/until.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { judgeOthers } from './judge-others.ts'

export interface Turn {
  readonly kind: 'leave' | 'signed-in' | 'interaction-required'
  /** Lets the next tab have its turn. */
  release(): void
}

/** States that nobody has decided on: the server may still know the user. */
const worthALook: readonly string[] = ['never', 'rotation-lost']
/** A tab that leaves holds the lock for as long as metadata and storage may take, or it does not leave. */
const longestTurnMs = 60_000
/** What another tab's sign-in has come to is read this often: a message may be lost. */
const lookEveryMs = 1_000

/** Waits until this page is the one to leave, or has no reason to. */
export async function untilTurn(
  auth: TokenManager,
  here: SignInTurnParts,
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
  // A page that is being put away is told so before it counts as hidden.
  const isShown = (): boolean => page.isVisible() && !page.isAway()
  const turn = (kind: Turn['kind']): Turn => ({ kind, release })

  /** Calls back, later than now, when there is a session. */
  const onSession = (wake: () => void): (() => void) => {
    let isNow = true
    const end = auth.subscribe(({ status }) => status === 'signed-in' && !isNow && wake())
    isNow = false
    return end
  }
  /** The same, or when the user sees this page. */
  const onChange = (wake: () => void): (() => void) => {
    const ends = [onSession(wake), page.subscribe(() => isShown() && wake())]
    return () => ends.forEach((end) => end())
  }
  const change: Stop<void> = (_, resolve) => onChange(() => resolve())
  const begun: Stop<'begun'> = (_, resolve) => onSession(() => resolve('begun'))

  try {
    await until(auth.ready)
    for (;;) {
      const found = reasonToStay(auth.getState(), code.tab.recall())
      if (found) return turn(found)
      if (!isShown()) {
        release()
        await unlessStopped(new Promise<void>(() => {}), [...stops, change])
        continue
      }
      // A session in memory is that of one tab, so each has to go itself.
      if (here.storage === 'memory') return turn('leave')
      lock ??= lockUntilPutAway(here.locks.request(`silent ${here.key}`), page, clock)
      const granted = atMost(clock, longestTurnMs, lock.granted, stops)
      const isGranted = await unlessStopped<boolean | 'begun' | undefined>(granted, [begun])
      if (isGranted === undefined) return turn('interaction-required')
      if (isGranted === 'begun') continue
      // It is let go when the page is put away.
      if (lock.wasPutAway()) {
        release()
        continue
      }
      await until(keeper.read().catch(() => undefined))
      // A session may have begun meanwhile, or begun and ended.
      const isOver = reasonToStay(auth.getState(), code.tab.recall()) !== undefined
      if (isOver || !isShown() || lock.wasPutAway()) continue
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
  last: { readonly state?: unknown; readonly at?: unknown } | undefined,
): Exclude<Turn['kind'], 'leave'> | undefined {
  if (state.status === 'signed-in') return 'signed-in'
  const isWorthALook = state.status === 'signed-out' && worthALook.includes(state.reason)
  const wasInVain = last?.state !== undefined || last?.at !== undefined
  return isWorthALook && !wasInVain && !isInFrame() ? undefined : 'interaction-required'
}

/** Few servers show anything in a frame, and what leaves there is not what the user sees. */
function isInFrame(): boolean {
  return typeof window !== 'undefined' && window.top !== window.self
}
