import { describe, expect, it } from 'vitest'
import { backOffMs, holdOffMs, isHoldOffInForce, isLeaseInForce } from '../../src/core/back-off.ts'

describe('backOffMs', () => {
  it('doubles, with half of it left to chance, up to a minute', () => {
    expect([1, 2, 3].map((attempt) => backOffMs(attempt, 0))).toEqual([500, 1_000, 2_000])
    expect([1, 2, 3].map((attempt) => backOffMs(attempt, 1))).toEqual([1_000, 2_000, 4_000])
    expect(backOffMs(30, 1)).toBe(60_000)
  })
})

describe('holdOffMs', () => {
  const failed = { attempt: 1, firstUnknown: false, fraction: 0 }

  it('is a quarter of a second after the first attempt whose outcome nobody knows', () => {
    expect(holdOffMs({ ...failed, firstUnknown: true })).toBe(250)
  })

  it('is at least what the server asks for, and at most an hour of that', () => {
    expect(holdOffMs({ ...failed, retryAfterMs: 3_000 })).toBe(3_000)
    expect(holdOffMs({ ...failed, retryAfterMs: 1e9 })).toBe(3_600_000)
  })

  it('grows all the same when a server names a second every time', () => {
    expect(holdOffMs({ ...failed, attempt: 5, retryAfterMs: 1_000 })).toBe(8_000)
  })
})

describe('isHoldOffInForce', () => {
  const failure = {
    kind: 'transient',
    code: 'NETWORK',
    attempt: 1,
    failedAt: 100_000,
    until: 160_000,
  } as const

  it('ends when its time has come', () => {
    expect(isHoldOffInForce(failure, 159_999)).toBe(true)
    expect(isHoldOffInForce(failure, 160_000)).toBe(false)
  })

  it('counts as over when it starts in the future or is longer than it can be', () => {
    expect(isHoldOffInForce(failure, 90_000)).toBe(false)
    expect(isHoldOffInForce({ ...failure, until: 100_000 + 3_600_001 }, 100_001)).toBe(false)
  })
})

describe('isLeaseInForce', () => {
  const lease = { tab: 't', takenAt: 100_000, until: 115_000, underLock: true }

  it('ends when its time has come, and counts as over when the clock makes it impossible', () => {
    expect(isLeaseInForce(lease, 15_000, 114_999)).toBe(true)
    expect(isLeaseInForce(lease, 15_000, 115_000)).toBe(false)
    expect(isLeaseInForce(lease, 15_000, 98_000)).toBe(false)
    expect(isLeaseInForce({ ...lease, until: 900_000 }, 15_000, 100_001)).toBe(false)
  })
})
