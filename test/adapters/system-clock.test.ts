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
})
