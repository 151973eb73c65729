import type { Clock } from '../core/ports.ts'

export interface ManualClock extends Clock {
  /** Lets time pass on both clocks. Each task that falls due runs at its own instant, in order. */
  advance(ms: number): void
  /** Sets the wall clock forward, or back if negative. Timers do not notice. */
  stepWallClock(ms: number): void
  /** How long until each scheduled task runs, soonest first. */
  timers(): readonly number[]
}

/**
 * A clock that moves only when told.
 *
 * @param startAt What the wall clock shows at first, ms since the epoch. The monotonic one shows 0.
 */
export function createManualClock(startAt: number = Date.UTC(2030, 0, 1)): ManualClock {
  interface Timer {
    readonly dueAt: number
    readonly task: () => void
  }
  let startedAt = startAt
  let elapsed = 0
  let timers: readonly Timer[] = []

  const cancel = (timer: Timer): void => {
    timers = timers.filter((other) => other !== timer)
  }

  return {
    // In whole milliseconds, as `Date.now()`, also when a timer runs in between.
    now: () => Math.floor(startedAt + elapsed),
    monotonic: () => elapsed,
    schedule(delayMs, task) {
      // What is no number is no delay, as with the timers of a browser.
      const timer = { dueAt: elapsed + (delayMs > 0 ? delayMs : 0), task }
      timers = [...timers, timer].sort((a, b) => a.dueAt - b.dueAt)
      return () => cancel(timer)
    },
    advance(ms) {
      const until = elapsed + ms
      for (let next = timers[0]; next && next.dueAt <= until; next = timers[0]) {
        cancel(next)
        elapsed = next.dueAt
        next.task()
      }
      elapsed = until
    },
    stepWallClock(ms) {
      startedAt += ms
    },
    timers: () => timers.map(({ dueAt }) => dueAt - elapsed),
  }
}
