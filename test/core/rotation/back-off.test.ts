import { describe, expect, it } from 'vitest'
import {
  isHoldOffInForce,
  nextFailure,
  pauseAfterMs,
  unaskedLeftMs,
} from '../../../src/core/rotation/back-off.ts'

const fractions = [0, 0.25, 0.5, 0.75, 1]

/** When a server is asked whose failures are instant, by somebody who asks as soon as may be. */
function attempts(untilMs: number, fraction: () => number): readonly number[] {
  const at = [0]
  for (;;) {
    const outageMs = at.at(-1) ?? 0
    const next = outageMs + pauseAfterMs({ attempt: at.length, outageMs, fraction: fraction() })
    if (next > untilMs) return [...at, next]
    at.push(next)
  }
}

describe('pauseAfterMs', () => {
  const pause = (attempt: number, outageMs: number, fraction: number): number =>
    pauseAfterMs({ attempt, outageMs, fraction })

  it('is a quarter of a second after the first failure of an outage', () => {
    expect(fractions.map((fraction) => pause(1, 0, fraction))).toEqual([250, 250, 250, 250, 250])
  })

  it('is not so short where the server was asked too often', () => {
    const first = { attempt: 1, outageMs: 0, isRateLimited: true }
    expect(pauseAfterMs({ ...first, fraction: 0 })).toBe(500)
    expect(pauseAfterMs({ ...first, fraction: 1 })).toBe(1_000)
  })

  it('is then 1, 2, 4 and 8 s, with half of it left to chance', () => {
    expect([2, 3, 4, 5].map((attempt) => pause(attempt, 0, 0))).toEqual([500, 1_000, 2_000, 4_000])
    expect([2, 3, 4, 5].map((attempt) => pause(attempt, 0, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000,
    ])
  })

  it('is from there an eighth of the outage, 8 s at least and a minute at most, more or less a tenth', () => {
    expect([0, 0.5, 1].map((fraction) => pause(6, 20_000, fraction))).toEqual([7_200, 8_000, 8_800])
    expect([0, 0.5, 1].map((fraction) => pause(20, 300_000, fraction))).toEqual([
      33_750, 37_500, 41_250,
    ])
    expect(fractions.map((fraction) => pause(99, 86_400_000, fraction))).toEqual([
      60_000, 60_000, 60_000, 60_000, 60_000,
    ])
  })

  it('lets three failures pass within four seconds', () => {
    for (const fraction of fractions) expect(attempts(0, () => fraction)[1]).toBe(250)
    expect([1, 2, 3].reduce((sum, attempt) => sum + pause(attempt, sum, 1), 0)).toBe(3_250)
  })

  it.each([
    { outageMs: 30_000, requests: 12, backWithinMs: 9_000 },
    { outageMs: 300_000, requests: 40, backWithinMs: 42_000 },
  ])('keeps an outage of $outageMs ms to so few requests and so short an end', (outage) => {
    // Every jitter the same is the worst case at both ends; the rest is chance, which is repeatable.
    let seed = 1
    const chance = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const courses = [...fractions.map((f) => () => f), ...Array.from({ length: 200 }, () => chance)]
    for (const course of courses) {
      const at = attempts(outage.outageMs, course)
      expect(at.length).toBeLessThanOrEqual(outage.requests)
      const pauses = at.slice(1).map((end, index) => end - (at[index] ?? 0))
      // Whenever within the outage's last pause the server comes back.
      expect(Math.max(...pauses)).toBeLessThanOrEqual(outage.backWithinMs)
    }
  })
})

describe('nextFailure', () => {
  const at = 1_000_000
  const failed = { kind: 'transient', code: 'NETWORK', fraction: 0, at } as const

  it('is at least what the server asks for, and at most an hour of that', () => {
    const pauseMs = (retryAfterMs?: number): number =>
      nextFailure(undefined, { ...failed, retryAfterMs }).until - at
    expect(pauseMs()).toBe(250)
    expect(pauseMs(0)).toBe(250)
    expect(pauseMs(3_000)).toBe(3_000)
    expect(pauseMs(1e9)).toBe(3_600_000)
  })

  it('is ten minutes where renewal is halted, whatever the server asks for', () => {
    const halted = { ...failed, kind: 'configuration', retryAfterMs: 3_600_000 } as const
    expect(nextFailure(undefined, halted).until - at).toBe(600_000)
  })

  it('grows all the same when a server names a second every time', () => {
    const last = { ...nextFailure(undefined, failed), attempt: 5, until: at }
    const pauseMs = nextFailure(last, { ...failed, retryAfterMs: 1_000 }).until - at
    expect(pauseMs).toBe(7_200)
  })

  it('belongs to the outage of the one before, unless that is long over', () => {
    const first = nextFailure(undefined, failed)
    expect(first).toMatchObject({ attempt: 1, since: at, failedAt: at })
    const second = nextFailure(first, { ...failed, at: at + 60_000 })
    expect(second).toMatchObject({ attempt: 2, since: at, failedAt: at + 60_000 })
    expect(nextFailure(second, { ...failed, at: at + 600_000 })).toMatchObject({
      attempt: 1,
      since: at + 600_000,
    })
  })

  it('begins an outage of its own from two minutes on after the pause of the one before', () => {
    const last = nextFailure(undefined, failed)
    const attemptAfter = (ms: number): number =>
      nextFailure(last, { ...failed, at: last.until + ms }).attempt
    expect([119_999, 120_000].map(attemptAfter)).toEqual([2, 1])
  })

  it('does not believe an outage that began in the future or lasts longer than it can', () => {
    const last = { ...nextFailure(undefined, failed), attempt: 9 }
    for (const since of [at + 5_000, 0, -1e15]) {
      const next = nextFailure({ ...last, since }, { ...failed, at: at + 1_000 })
      // What is believed: so many attempts, each after the longest pause there is.
      const isBelieved = since === 0
      expect(next.since).toBe(isBelieved ? 0 : at + 1_000)
    }
  })

  it('believes an outage of an hour and two minutes for each attempt, and one that begins now', () => {
    const last = { ...nextFailure(undefined, failed), attempt: 2, until: at }
    const sinceOf = (since: number): number | undefined =>
      nextFailure({ ...last, since }, failed).since
    expect(sinceOf(at - 7_440_000)).toBe(at - 7_440_000)
    expect(sinceOf(at - 7_440_001)).toBe(at)
    expect(sinceOf(at)).toBe(at)
  })

  it('takes up an outage that an earlier version has written down', () => {
    const { since: _, ...last } = nextFailure(undefined, failed)
    expect(nextFailure(last, { ...failed, at: at + 1_000 })).toMatchObject({ since: at })
  })
})

describe('unaskedLeftMs', () => {
  it('is a minute from the failure, or until the end of a longer pause', () => {
    const failure = { kind: 'transient', code: 'NETWORK', attempt: 1, failedAt: 0 } as const
    expect(unaskedLeftMs({ ...failure, until: 250 }, 10_000)).toBe(50_000)
    expect(unaskedLeftMs({ ...failure, until: 250 }, 59_999)).toBe(1)
    expect(unaskedLeftMs({ ...failure, until: 250 }, 60_000)).toBe(0)
    expect(unaskedLeftMs({ ...failure, until: 90_000 }, 10_000)).toBe(80_000)
    // The clock was set back.
    expect(unaskedLeftMs({ ...failure, until: 250 }, -5_000)).toBe(0)
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
    expect(isHoldOffInForce({ ...failure, until: 100_000 + 3_600_000 }, 100_001)).toBe(true)
    expect(isHoldOffInForce({ ...failure, until: 100_000 + 3_600_001 }, 100_001)).toBe(false)
  })
})
