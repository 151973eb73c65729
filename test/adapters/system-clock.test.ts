import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSystemClock } from '../../src/adapters/system-clock.ts'
import { testClock } from '../contracts/clock.contract.ts'

const hourMs = 60 * 60 * 1000

testClock('createSystemClock', () => ({ clock: createSystemClock(), pass: () => {} }))

describe('createSystemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it('shows the wall clock and the monotonic clock of the machine', () => {
    const clock = createSystemClock()
    expect(clock.now()).toBe(Date.now())
    expect(clock.monotonic()).toBe(performance.now())
  })

  it('honours a delay beyond what a timer of the browser can hold', () => {
    const task = vi.fn()
    createSystemClock().schedule(30 * 24 * hourMs, task)
    vi.advanceTimersByTime(30 * 24 * hourMs - 1)
    expect(task).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(task).toHaveBeenCalledTimes(1)
  })

  it('cancels in the midst of a long delay', () => {
    const cancel = createSystemClock().schedule(30 * hourMs, () => {})
    vi.advanceTimersByTime(13 * hourMs)
    cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('counts the time that the machine slept at the end of the step', () => {
    const task = vi.fn()
    createSystemClock().schedule(24 * hourMs, task)
    vi.advanceTimersByTime(hourMs)
    vi.setSystemTime(Date.now() + 20 * hourMs)
    vi.advanceTimersByTime(11 * hourMs)
    expect(task).toHaveBeenCalledTimes(1)
  })

  it('is not held up by a wall clock that is set back', () => {
    const task = vi.fn()
    createSystemClock().schedule(24 * hourMs, task)
    vi.setSystemTime(Date.now() - 1000 * hourMs)
    vi.advanceTimersByTime(24 * hourMs)
    expect(task).toHaveBeenCalledTimes(1)
  })

  it('runs a task once, never early and not later than if the wall clock had not jumped', () => {
    const durationMs = fc.oneof(
      fc.constantFrom(0, 1, hourMs, 12 * hourMs, 2 ** 31, 30 * 24 * hourMs),
      fc.integer({ min: 0, max: 160 * hourMs }).map((quarters) => quarters / 4),
    )
    const jump = fc.record({ afterMs: durationMs, byMs: fc.integer({ min: -5e8, max: 5e8 }) })
    fc.assert(
      fc.property(durationMs, fc.array(jump, { maxLength: 5 }), (delayMs, jumps) => {
        // A run that failed may have left some.
        vi.clearAllTimers()
        const clock = createSystemClock()
        const from = { now: clock.now(), monotonic: clock.monotonic() }
        const passedMs = () => Math.max(clock.now() - from.now, clock.monotonic() - from.monotonic)
        const ranAfter: number[] = []
        clock.schedule(delayMs, () => ranAfter.push(passedMs()))
        for (const { afterMs, byMs } of jumps) {
          vi.advanceTimersByTime(afterMs)
          vi.setSystemTime(Date.now() + byMs)
        }
        const awakeMs = clock.monotonic() - from.monotonic
        vi.advanceTimersByTime(Math.max(delayMs - awakeMs, 0) + 2)
        expect(ranAfter).toHaveLength(1)
        expect(ranAfter[0]).toBeGreaterThanOrEqual(delayMs - 1e-6)
        expect(vi.getTimerCount()).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})
