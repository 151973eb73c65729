import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../src/core/ports.ts'
import { testClockSequences } from './clock.model.ts'
import { patience } from '../support/patience.ts'

interface ClockUnderTest {
  readonly clock: Clock
  /** Lets time pass where it does not pass by itself. */
  readonly pass: (ms: number) => void
}

/** What every clock owes. */
export function testClock(name: string, makeClock: () => ClockUnderTest): void {
  describe(`${name} as a clock`, () => {
    let clock: Clock
    let pass: (ms: number) => void

    beforeEach(() => {
      ;({ clock, pass } = makeClock())
    })

    it('runs a task once, not before its delay has passed', async () => {
      const startedAt = clock.monotonic()
      let runs = 0
      clock.schedule(20, () => (runs += 1))
      let later = false
      clock.schedule(25, () => (later = true))
      expect(runs).toBe(0)
      pass(25)
      await vi.waitFor(() => expect(later).toBe(true), patience)
      expect(runs).toBe(1)
      expect(clock.monotonic() - startedAt).toBeGreaterThanOrEqual(20)
    })

    it('moves both clocks while time passes', async () => {
      const from = { now: clock.now(), monotonic: clock.monotonic() }
      await new Promise<void>((resolve) => {
        clock.schedule(20, resolve)
        pass(20)
      })
      const passedMs = [clock.now() - from.now, clock.monotonic() - from.monotonic]
      // It is time once either says so. The wall clock shows whole milliseconds, so it may be ahead, or
      // behind, by up to one; WebKit's 20 of the other may differ by a hair.
      expect(Math.max(...passedMs)).toBeGreaterThanOrEqual(20 - 1e-6)
      expect(Math.min(...passedMs)).toBeGreaterThanOrEqual(19 - 1e-6)
    })

    it('runs tasks in the order in which they fall due', async () => {
      const order: number[] = []
      for (const delayMs of [40, 0, 20]) clock.schedule(delayMs, () => order.push(delayMs))
      pass(40)
      await vi.waitFor(() => expect(order).toHaveLength(3), patience)
      expect(order).toEqual([0, 20, 40])
    })

    it('runs no task within the turn that schedules it', async () => {
      const order: string[] = []
      clock.schedule(0, () => order.push('task'))
      order.push('turn')
      pass(0)
      await vi.waitFor(() => expect(order).toEqual(['turn', 'task']), patience)
    })

    it('does not run a task that was cancelled', async () => {
      const ran: string[] = []
      const cancel = clock.schedule(10, () => ran.push('cancelled'))
      clock.schedule(20, () => ran.push('kept'))
      cancel()
      cancel()
      pass(20)
      await vi.waitFor(() => expect(ran).toEqual(['kept']), patience)
    })

    it('does not take a very long delay for a very short one', async () => {
      const ran: string[] = []
      const cancel = clock.schedule(2 ** 31 + 5, () => ran.push('long'))
      const cancelEndless = clock.schedule(Infinity, () => ran.push('endless'))
      clock.schedule(20, () => ran.push('short'))
      pass(20)
      await vi.waitFor(() => expect(ran).toEqual(['short']), patience)
      cancel()
      cancelEndless()
    })

    testClockSequences(makeClock)
  })
}
