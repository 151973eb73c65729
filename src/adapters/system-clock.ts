import type { Clock } from '../core/ports.ts'

const maxStepMs = 12 * 60 * 60 * 1000

/**
 * The clocks and timers of this machine.
 *
 * A long delay is waited for in steps of at most 12 h. After each step the rest follows from
 * whichever clock says that more time has passed: only the wall clock sees the machine sleep, and
 * only the monotonic clock survives a wall clock set back.
 */
export function createSystemClock(): Clock {
  return {
    now,
    monotonic,
    schedule(delayMs, task) {
      const from = { now: now(), monotonic: monotonic() }
      const wait = (restMs: number) => setTimeout(step, Math.min(restMs, maxStepMs))
      const step = (): void => {
        const restMs = delayMs - Math.max(now() - from.now, monotonic() - from.monotonic)
        if (restMs > 0) timer = wait(restMs)
        else task()
      }
      let timer = wait(delayMs)
      return () => clearTimeout(timer)
    },
  }
}

// Looked up at every call, so that fake timers installed later take effect.
function now(): number {
  return Date.now()
}

function monotonic(): number {
  return performance.now()
}
