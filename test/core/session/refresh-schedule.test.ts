import { describe, expect, it } from 'vitest'
import type { TokenSet } from '../../../src/core/record/token-set.ts'
import { dueInMs } from '../../../src/core/session/refresh-schedule.ts'

const receivedAt = 1_000_000
const leewayMs = 60_000

function tokenOf(lifeMs: number | undefined): TokenSet {
  const expiresAt = lifeMs === undefined ? undefined : receivedAt + lifeMs
  const token = { accessToken: 'a', tokenType: 'Bearer', generation: 1, receivedAt } as const
  return expiresAt === undefined ? token : { ...token, expiresAt }
}

describe('a token is due', () => {
  it.each([
    ['when its leeway begins', 3_600_000, 0, 0, 3_540_000],
    ['up to ten seconds before that', 3_600_000, 1, 0, 3_530_000],
    ['for a leeway of a tenth of a short life', 100_000, 0, 0, 90_000],
    ['up to that leeway before it', 100_000, 0.5, 0, 85_000],
    ['no sooner than five seconds after it came', 1_000, 0, 0, 5_000],
    ['no sooner than that, counted from when it came', 1_000, 0, 2_000, 3_000],
    ['at once when all of that is over', 100_000, 0, 99_000, 0],
  ])('%s', (_, lifeMs, fraction, ageMs, expected) => {
    const now = receivedAt + ageMs
    expect(dueInMs(tokenOf(lifeMs), { now, leewayMs, fraction })).toBe(expected)
  })

  it('never, if it names no end', () => {
    expect(dueInMs(tokenOf(undefined), { now: receivedAt, leewayMs, fraction: 0 })).toBe(Infinity)
  })
})
