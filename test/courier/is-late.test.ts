import { describe, expect, it } from 'vitest'
import { isLate } from '../../src/courier/is-late.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { letterMessage } from './letter-message.ts'

const leftMs = 4_000

function late(pass: (clock: ReturnType<typeof createManualClock>) => void, before = 0): boolean {
  const clock = createManualClock()
  const message = letterMessage({ notAfter: clock.now() + leftMs, leftMs })
  clock.advance(before)
  const arrivedMonotonic = clock.monotonic()
  pass(clock)
  return isLate(message, clock, arrivedMonotonic)
}

describe('a letter', () => {
  it('is in time until its moment, wherever it has spent the time', () => {
    expect(late((clock) => clock.advance(leftMs))).toBe(false)
    expect(late((clock) => clock.advance(1_000), 3_000)).toBe(false)
  })

  it('is late after that', () => {
    expect(late((clock) => clock.advance(leftMs + 1))).toBe(true)
    expect(late((clock) => clock.advance(1_001), 3_000)).toBe(true)
  })

  it('is late by the monotonic clock, though the wall clock was set back meanwhile', () => {
    expect(
      late((clock) => {
        clock.advance(leftMs + 1)
        clock.stepWallClock(-2_000)
      }),
    ).toBe(true)
  })

  it('is late by the wall clock alone, as after a sleep of the machine', () => {
    expect(late((clock) => clock.stepWallClock(leftMs + 1))).toBe(true)
  })

  it('is late if the wall clock was set back, because then nothing says how long it was under way', () => {
    expect(late((clock) => clock.stepWallClock(-60_000), 60_000)).toBe(false)
    expect(late((clock) => clock.stepWallClock(-61_000), 60_000)).toBe(false)
    expect(late((clock) => clock.stepWallClock(-61_001), 60_000)).toBe(true)
    expect(late((clock) => clock.stepWallClock(-3_600_000))).toBe(true)
  })
})
