import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { testClock } from '../contracts/clock.contract.ts'

testClock('createManualClock', () => {
  const clock = createManualClock()
  return { clock, pass: clock.advance }
})

describe('createManualClock', () => {
  it('runs each task at its own instant, also those that tasks schedule', () => {
    const clock = createManualClock(1000)
    const ranAt: number[] = []
    clock.schedule(30, () => ranAt.push(clock.now()))
    clock.schedule(10, () => {
      ranAt.push(clock.now())
      clock.schedule(5, () => ranAt.push(clock.now()))
    })
    clock.advance(100)
    expect(ranAt).toEqual([1010, 1015, 1030])
    expect(clock.now()).toBe(1100)
  })

  it('steps the wall clock without touching the monotonic clock or a timer', () => {
    const clock = createManualClock(1000)
    let ran = false
    clock.schedule(50, () => (ran = true))
    clock.stepWallClock(-400)
    expect([clock.now(), clock.monotonic(), ran]).toEqual([600, 0, false])
    clock.advance(50)
    expect([clock.now(), clock.monotonic(), ran]).toEqual([650, 50, true])
  })

  it('shows whole milliseconds, also between and after timers that run in between', () => {
    const clock = createManualClock(1000)
    const ranAt: number[] = []
    for (const delayMs of [0.1, 0.2, 0.7, 33.3])
      clock.schedule(delayMs, () => ranAt.push(clock.now()))
    clock.advance(100)
    expect(ranAt).toEqual([1000, 1000, 1000, 1033])
    expect(clock.now()).toBe(1100)
  })

  it('tells how long until each task runs', () => {
    const clock = createManualClock()
    clock.schedule(30, () => {})
    const cancel = clock.schedule(20, () => {})
    clock.schedule(40, () => {})
    clock.advance(10)
    expect(clock.timers()).toEqual([10, 20, 30])
    cancel()
    expect(clock.timers()).toEqual([20, 30])
  })
})
