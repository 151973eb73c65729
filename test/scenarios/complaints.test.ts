import { afterEach, expect, it, vi } from 'vitest'
import { json, page } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf } from '../support/failure.ts'
import { openExpiredTabs, openFrozenTab, openTabs } from '../support/open-tabs.ts'
import { settle } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { countOf, hourMs } from './stage.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

it.each([
  ['a refusal', () => json(400, { error: 'invalid_grant' })],
  ['an error of the server', () => page(500)],
  ['an answer that nobody can read', () => json(400, { error: 'invalid_request' })],
])(
  'the late answer to an attempt that was given up, %s, harms no newer session',
  async (_, reply) => {
    const { profile, tab, peer } = await openExpiredTabs()
    const frozen = await openFrozenTab(profile)
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise, reply))
    const late = frozen.auth.getAccessToken()
    await settle()
    const token = await profile.passUntil(tab.auth.getAccessToken())
    answer.resolve()
    await expect(late).resolves.toBe(token)
    await settle()
    for (const { auth } of [tab, peer, frozen]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'idle' } })
    }
    expect(countOf([tab, peer, frozen], 'session-ended')).toBe(0)
    expect(profile.server.counts.requests).toBe(2)
  },
)

it('a clock that is an hour fast and a server that answers 429 make no storm and no sign-out', async () => {
  const { profile, tabs } = await openTabs(5, { refreshAhead: 'visible' })
  profile.clock.stepWallClock(hourMs)
  profile.server.answerAlways(() => page(429))
  for (let second = 0; second < 60; second += 1) {
    for (const { auth } of tabs) void failureOf(auth.getAccessToken())
    await profile.pass(1_000)
  }
  expect(profile.server.counts.requests).toBeLessThanOrEqual(13)
  for (const { auth } of tabs) expect(auth.getState()).toMatchObject({ status: 'signed-in' })
})

it('nothing is kept in sessionStorage, localStorage or cookies, so a duplicated tab is a tab like any other', async () => {
  const untouched = new Proxy({}, { get: refuse, set: refuse, has: refuse })
  for (const name of ['sessionStorage', 'localStorage', 'cookieStore']) {
    vi.stubGlobal(name, untouched)
  }
  const { profile, tabs } = await openExpiredTabs(3)
  await Promise.all(tabs.map((tab) => tab.call()))
  expect(countOf(tabs, 'committed')).toBe(1)
  expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })
})

it('the state tells an expired token from a sign-out, and reading it costs nothing', async () => {
  const { profile, tab } = await openExpiredTabs()
  const { reads, updates } = profile.store
  profile.server.answerAlways(() => page(503))
  for (let look = 0; look < 100; look += 1) tab.auth.getState()
  expect(profile.store).toMatchObject({ reads, updates })
  expect(profile.sent).toHaveLength(0)
  await failureOf(tab.auth.getAccessToken())
  expect(tab.auth.getState()).toMatchObject({
    status: 'signed-in',
    refresh: { phase: 'waiting', error: { code: 'SERVER_UNAVAILABLE' } },
  })
})

function refuse(): never {
  throw new Error('This must not be touched.')
}
