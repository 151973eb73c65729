import type { Clock } from '../../../src/index.ts'

export interface DemoClock extends Clock {
  /** Sets the wall clock of this tab forward or back, as a person does. */
  step(byMs: number): void
}

/**
 * The machine's clock, which the demo can move: time that was made to pass moves wall clock and
 * monotonic clock alike; a step moves the wall clock only.
 *
 * @param elapsedMs By how much time was made to pass.
 */
export function createDemoClock(elapsedMs: () => number): DemoClock {
  let steppedMs = 0
  let mostElapsedMs = 0
  return {
    now: () => Date.now() + elapsedMs() + steppedMs,
    monotonic() {
      // It never steps back, also when the demo begins a new count.
      mostElapsedMs = Math.max(mostElapsedMs, elapsedMs())
      return performance.now() + mostElapsedMs
    },
    schedule(delayMs, task) {
      const longestMs = 2 ** 31 - 1
      const timer = setTimeout(task, Math.min(delayMs, longestMs))
      return () => clearTimeout(timer)
    },
    step(byMs) {
      steppedMs += byMs
    },
  }
}
