import { describe, expect, it } from 'vitest'
import { runs } from '../../src/core/time-span.ts'

describe('a span', () => {
  it('ends when its time has come', () => {
    expect(runs(100_000, 115_000, 15_000, 114_999)).toBe(true)
    expect(runs(100_000, 115_000, 15_000, 115_000)).toBe(false)
  })

  it('counts as over when only a clock that was stepped can have made it', () => {
    expect(runs(100_000, 115_000, 15_000, 98_000)).toBe(false)
    expect(runs(100_000, 900_000, 15_000, 100_001)).toBe(false)
  })

  it('may begin a little later than the clock of another process shows', () => {
    expect(runs(100_000, 115_000, 15_000, 99_000)).toBe(true)
    expect(runs(100_000, 115_000, 15_000, 98_999)).toBe(false)
  })
})
