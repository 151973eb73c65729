import { describe, expect, it } from 'vitest'
import type { Page } from '../../../src/core/page.ts'
import type { RecordKeeper } from '../../../src/core/record/record-keeper.ts'
import { blankRecord } from '../../../src/core/record/session-record.ts'
import type { TokenSet } from '../../../src/core/record/token-set.ts'
import type { AccessTokens } from '../../../src/core/session/access-tokens.ts'
import { createRefreshSchedule, dueInMs } from '../../../src/core/session/refresh-schedule.ts'
import { createManualClock } from '../../../src/testing/manual-clock.ts'

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

it.each([
  ['that names no end', undefined, []],
  ['that ends', 600_000, [600_000]],
])('waits for the end of a session without a refresh token %s', (_, lifeMs, expected) => {
  const clock = createManualClock(receivedAt)
  const session = { startedAt: receivedAt, tokens: { default: tokenOf(lifeMs) } }
  const schedule = createRefreshSchedule({
    keeper: { seen: () => ({ ...blankRecord, session }) } as unknown as RecordKeeper,
    tokens: {} as AccessTokens,
    clock,
    random: { fraction: () => 0, id: () => 'id' },
    page: {} as Page,
    refreshAhead: 'in-use',
    leewayMs,
  })
  schedule.arm()
  expect(clock.timers()).toEqual(expected)
  schedule.dispose()
})

it('renews the token set that is due first, in whatever order they were asked for', () => {
  const clock = createManualClock(receivedAt)
  const renewed: string[] = []
  const held = [
    { key: 'late', token: tokenOf(3_600_000), used: true },
    { key: 'early', token: tokenOf(600_000), used: true },
    { key: 'later', token: tokenOf(7_200_000), used: true },
  ]
  const session = { refreshToken: 'r', startedAt: receivedAt, tokens: {} }
  const schedule = createRefreshSchedule({
    keeper: { seen: () => ({ ...blankRecord, session }) } as unknown as RecordKeeper,
    tokens: {
      renewable: () => held,
      renewAhead: async (key: string) => renewed.push(key),
    } as unknown as AccessTokens,
    clock,
    random: { fraction: () => 0, id: () => 'id' },
    page: { isVisible: () => true, isOnline: () => true, onlineAt: () => 0 } as unknown as Page,
    refreshAhead: 'in-use',
    leewayMs,
  })
  schedule.arm()
  clock.advance(539_999)
  expect(renewed).toEqual([])
  clock.advance(1)
  expect(renewed).toEqual(['early'])
  schedule.dispose()
})
