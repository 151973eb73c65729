import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byWallClock, instantOf, isKnown, later, sinceMs } from '../../src/idle/last-activity.ts'

const ms = fc.integer({ min: 0, max: 1e12 })
const instant = fc.record({ at: ms, monotonic: ms })

describe('the time since the last activity', () => {
  it('is never less than either clock says', () => {
    fc.assert(
      fc.property(instant, instant, (then, now) => {
        expect(sinceMs(then, now)).toBeGreaterThanOrEqual(now.at - then.at)
        expect(sinceMs(then, now)).toBeGreaterThanOrEqual(now.monotonic - then.monotonic)
      }),
    )
  })

  it('by what is written down is what the wall clock says, and nothing for the future', () => {
    fc.assert(
      fc.property(ms, instant, (at, now) => {
        expect(sinceMs(instantOf(at, now), now)).toBe(Math.max(0, now.at - at))
      }),
    )
  })

  it('goes on by the other clock where the wall clock is set back after something was written down', () => {
    const then = instantOf(95_000, { at: 100_000, monotonic: 7_000 })
    expect(sinceMs(then, { at: 40_000, monotonic: 8_000 })).toBe(6_000)
  })

  it('is that of the later of two', () => {
    fc.assert(
      fc.property(instant, instant, instant, (a, b, now) => {
        const least = Math.min(sinceMs(a, now), sinceMs(b, now))
        expect(sinceMs(later(a, b, now), now)).toBe(least)
        expect(later(undefined, b, now)).toBe(b)
        expect(later(a, { ...a }, now)).toBe(a)
      }),
    )
  })

  it('is the same by the wall clock once that was set, give or take a second', () => {
    fc.assert(
      fc.property(instant, ms, fc.integer(), (then, passedMs, stepMs) => {
        const now = { at: then.at + passedMs + stepMs, monotonic: then.monotonic + passedMs }
        const told = byWallClock(then, now)
        const off = now.at - told.at - sinceMs(then, now)
        expect(Math.abs(off)).toBeLessThanOrEqual(1_000)
      }),
    )
  })
})

describe('an instant by a wall clock that was set back', () => {
  const then = { at: 1_000_000, monotonic: 0 }

  it.each([
    [0, 1_000_000],
    [1_000, 1_000_000],
    [1_001, 998_999],
    [60_000, 940_000],
  ])('by %i ms is written down as %i', (backMs, at) => {
    const now = { at: then.at + 5_000 - backMs, monotonic: 5_000 }
    expect(byWallClock(then, now)).toEqual({ at, monotonic: 0 })
  })
})

describe('what is written down', () => {
  const now = { at: 1_000_000, monotonic: 0 }
  const mine = { at: 900_000, monotonic: 0 }

  it.each([
    [undefined, false],
    [899_999, false],
    [900_000, true],
    [1_000_000, true],
    [1_001_000, true],
    [1_001_001, false],
  ])('%j is known: %j', (activeAt, known) => {
    expect(isKnown(mine, activeAt, now)).toBe(known)
  })
})
