import { describe, expect, it } from 'vitest'
import type { TokenError } from '../../src/index.ts'
import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { json, page } from '../oauth/server-double.ts'
import { failureOf, named } from '../support/failure.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { cut, hang, refusal } from '../support/token-replies.ts'

async function withTabs(
  count: number,
  ports: Parameters<Profile['openTab']>[1] = {},
): Promise<{ profile: Profile; tabs: readonly Tab[] }> {
  const profile = createProfile()
  const first = await profile.openSignedInTab({}, ports)
  const tabs = [first, ...Array.from({ length: count - 1 }, () => profile.openTab({}, ports))]
  await Promise.all(tabs.map(({ auth }) => auth.ready))
  return { profile, tabs }
}

function jitter(fraction: number): Parameters<Profile['openTab']>[1] {
  let ids = 0
  return { random: { fraction: () => fraction, id: () => `tab-${(ids += 1)}` } }
}

describe('while the token endpoint is down for a minute, ten tabs that ask every second', () => {
  const downs: readonly [string, FakeReply][] = [
    ['answers 503', () => page(503)],
    ['answers 503 with Retry-After: 1', () => page(503, { 'retry-after': '1' })],
    ['answers 502', () => page(502)],
    ['cuts every connection', cut],
    ['answers nothing', hang],
    ['answers HTML with 200', () => page(200)],
    ['rotates and answers without token_type', breaksEveryReply()],
  ]

  it.each(downs.flatMap(([how, reply]) => [0, 0.5, 0.999].map((f) => [how, f, reply] as const)))(
    'and %s (jitter %d) send at most thirteen requests in all, and none before retryAt',
    async (_, fraction, reply) => {
      const { profile, tabs } = await withTabs(10, jitter(fraction))
      profile.clock.advance(600_000)
      profile.server.answerAlways(reply)
      let retryAt = 0
      for (let second = 0; second < 60; second += 1) {
        const before = profile.sent.length
        const quietUntil = retryAt
        const calls = tabs.map(({ auth }) => failureOf(auth.getAccessToken()))
        for (const call of calls) {
          void call.then((error) => {
            expect(error?.name).toBe('RefreshUnavailableError')
            const until = retryAtOf(error)
            expect(until).toBeTypeOf('number')
            retryAt = Math.max(retryAt, until ?? 0)
          })
        }
        await profile.pass(1_000)
        for (const { at } of profile.sent.slice(before)) {
          expect(at).toBeGreaterThanOrEqual(quietUntil)
        }
      }
      expect(profile.server.counts.requests).toBeLessThanOrEqual(13)
      expect(profile.server.counts.requests).toBeGreaterThan(2)
      expect(profile.server.counts.replays).toBe(0)

      profile.server.answerAlways()
      await profile.pass(60_000)
      const tokens = await profile.passUntil(
        Promise.all(tabs.map(({ auth }) => auth.getAccessToken())),
      )
      expect(new Set(tokens).size).toBe(1)
    },
  )
})

describe('while the token endpoint is down', () => {
  it('a tab that was told by another of its time-out says, too, that the outcome is unknown', async () => {
    const { profile, tabs } = await withTabs(2)
    const [tab, peer] = tabs
    profile.server.answerAlways(hang)
    const unknown = { code: 'TIMEOUT', outcome: 'unknown' }
    const calls = [tab, peer].map((one) => failureOf(one?.auth.refresh() ?? Promise.resolve()))
    for (const error of await profile.passUntil(Promise.all(calls))) {
      expect(error).toMatchObject(unknown)
    }
    expect(profile.server.counts.requests).toBe(1)
  })

  it('a valid access token is served to its very end, then RefreshUnavailableError', async () => {
    const { profile, tabs } = await withTabs(3)
    const token = await tabs[0]?.auth.getAccessToken()
    profile.server.answerAlways(() => page(503))
    await profile.pass(271_000)
    const endsAt = profile.clock.now() + 28_000
    for (; profile.clock.now() < endsAt; await profile.pass(1_000)) {
      for (const { auth } of tabs) {
        expect(await profile.passUntil(auth.getAccessToken())).toBe(token)
      }
    }
    await profile.pass(1_000)
    const error = await profile.passUntil(
      failureOf(tabs[1]?.auth.getAccessToken() ?? Promise.resolve()),
    )
    expect(error).toMatchObject({
      name: 'RefreshUnavailableError',
      code: 'SERVER_UNAVAILABLE',
      outcome: 'answered',
    })
    expect(profile.server.counts.requests).toBeLessThanOrEqual(10)
  })

  it('a token that a resource server rejected is not served again', async () => {
    const { profile, tabs } = await withTabs(1)
    const { auth } = tabs[0] ?? profile.openTab()
    const rejected = await auth.getAccessToken()
    profile.server.answerAlways(() => page(503))
    expect(named(await failureOf(auth.getAccessToken({ rejected })))).toBe(
      'RefreshUnavailableError SERVER_UNAVAILABLE',
    )
  })

  it('retryAt is the moment from which a request succeeds again', async () => {
    const { profile, tabs } = await withTabs(2)
    const [tab, peer] = tabs
    profile.clock.advance(600_000)
    profile.server.answerNext(() => page(503, { 'retry-after': '90' }))
    const error = await failureOf(tab?.auth.getAccessToken() ?? Promise.resolve())
    const retryAt = retryAtOf(error)
    expect(retryAt).toBe(profile.clock.now() + 90_000)
    expect(peer?.auth.getState()).toMatchObject({
      refresh: { phase: 'waiting', retryAt, attempt: 1 },
    })
    profile.clock.advance(90_000)
    await expect(peer?.auth.getAccessToken()).resolves.toBeTypeOf('string')
  })
})

describe('when the network comes back', () => {
  async function afterOutage(options: Parameters<Profile['openTab']>[0] = {}): Promise<{
    profile: Profile
    tabs: readonly Tab[]
  }> {
    const profile = createProfile()
    const first = await profile.openSignedInTab(options)
    const tabs = [first, ...Array.from({ length: 9 }, () => profile.openTab(options))]
    await Promise.all(tabs.map(({ auth }) => auth.getAccessToken()))
    profile.server.answerAlways(cut)
    await profile.pass(360_000)
    for (const { auth } of tabs) await profile.passUntil(failureOf(auth.getAccessToken()))
    for (let second = 0; second < 60; second += 1) {
      for (const { auth } of tabs) void failureOf(auth.getAccessToken())
      await profile.pass(1_000)
    }
    profile.server.answerAlways()
    return { profile, tabs }
  }

  it('the next call in any tab gets a token at once', async () => {
    const { profile, tabs } = await afterOutage()
    const before = profile.server.counts.requests
    for (const { page: events } of tabs) events.emit('online')
    const calls = tabs.map(({ auth }) => auth.getAccessToken())
    await profile.pass(2_000)
    expect(new Set(await Promise.all(calls)).size).toBe(1)
    expect(profile.server.counts.requests).toBe(before + 1)
  })

  it('a visible page renews within 2 s without being asked', async () => {
    const { profile, tabs } = await afterOutage({ refreshAhead: 'visible' })
    const before = profile.server.counts.grants
    for (const { page: events } of tabs) events.emit('online')
    await profile.pass(2_000)
    expect(profile.server.counts.grants).toBe(before + 1)
    for (const { auth } of tabs)
      expect(auth.getState()).toMatchObject({ refresh: { phase: 'idle' } })
  })

  it('the pause after another failure counts, though it is shorter than what was left of the one before', async () => {
    const profile = createProfile()
    let fraction = 1
    const { auth, page: events } = await profile.openSignedInTab(
      {},
      { random: { fraction: () => fraction, id: () => 'tab' } },
    )
    profile.clock.advance(600_000)
    profile.server.answerAlways(cut)
    for (let attempt = 1; attempt < 6; attempt += 1) {
      await failureOf(auth.getAccessToken())
      await profile.pass(attempt < 5 ? 8_000 : 100)
    }
    fraction = 0
    const last = await failureOf(auth.getAccessToken())
    events.emit('online')
    const next = await failureOf(auth.getAccessToken())
    const retryAt = profile.clock.now() + 7_200
    expect(retryAtOf(next)).toBe(retryAt)
    expect(auth.getState()).toMatchObject({ refresh: { phase: 'waiting', retryAt } })
    expect(retryAtOf(last)).toBeGreaterThan(retryAt)
  })

  it('a hold-off that the server asked for goes on', async () => {
    const { profile, tabs } = await withTabs(2)
    profile.clock.advance(600_000)
    profile.server.answerNext(() => page(503, { 'retry-after': '300' }))
    for (const { auth } of tabs) await failureOf(auth.getAccessToken())
    profile.clock.advance(1_000)
    for (const { auth, page: events } of tabs) {
      events.emit('online')
      expect(named(await failureOf(auth.getAccessToken()))).toBe(
        'RefreshUnavailableError SERVER_UNAVAILABLE',
      )
    }
    expect(profile.server.counts.requests).toBe(1)
  })
})

describe('a configuration error', () => {
  it('halts all tabs for ten minutes', async () => {
    const { profile, tabs } = await withTabs(10)
    profile.clock.advance(600_000)
    profile.server.answerNext(refusal(401, 'invalid_client'))
    const askAll = (): Promise<readonly (TokenError | undefined)[]> =>
      Promise.all(tabs.map(({ auth }) => failureOf(auth.getAccessToken())))
    for (let minute = 0; minute < 10; minute += 1) {
      for (const error of await askAll()) {
        expect(named(error)).toBe('ConfigurationError CLIENT_REJECTED')
      }
      if (minute < 9) await profile.pass(60_000)
    }
    expect(profile.server.counts.requests).toBe(1)
    for (const { auth } of tabs) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'halted' } })
    }
    await profile.pass(61_000)
    expect(await askAll()).toEqual(tabs.map(() => undefined))
    expect(profile.server.counts.requests).toBe(2)
  })

  it('lets a valid access token be served', async () => {
    const { profile, tabs } = await withTabs(2)
    profile.server.answerNext(refusal(400, 'unauthorized_client'))
    expect(named(await failureOf(tabs[0]?.auth.refresh() ?? Promise.resolve()))).toBe(
      'ConfigurationError CLIENT_REJECTED',
    )
    for (const { auth } of tabs) await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
  })

  it('is over for all tabs once refresh() succeeds in one of them', async () => {
    const { profile, tabs } = await withTabs(3)
    profile.clock.advance(600_000)
    profile.server.answerNext(refusal(401, 'invalid_client'))
    for (const { auth } of tabs) await failureOf(auth.getAccessToken())
    await tabs[2]?.auth.refresh()
    await settle()
    for (const { auth } of tabs) {
      await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
      expect(auth.getState()).toMatchObject({ refresh: { phase: 'idle' } })
    }
    expect(profile.server.counts.requests).toBe(2)
  })

  it('is not ended by calls whose token still lives', async () => {
    const { profile, tab } = await haltedInTheLeeway()
    profile.server.answerAlways(refusal(401, 'invalid_client'))
    for (let call = 0; call < 5; call += 1) {
      await tab.auth.getAccessToken()
      await settle()
    }
    expect(profile.server.counts.requests).toBe(1)
    expect(tab.auth.getState()).toMatchObject({ refresh: { phase: 'halted' } })
  })

  it('is ended by a refresh() that meets such a call', async () => {
    const { profile, tab } = await haltedInTheLeeway()
    const call = tab.auth.getAccessToken()
    const refreshed = tab.auth.refresh()
    await call
    await profile.passUntil(refreshed)
    expect(profile.server.counts.requests).toBe(2)
  })

  it('is over with a new sign-in', async () => {
    const { profile, tabs } = await withTabs(2)
    profile.clock.advance(600_000)
    profile.server.answerNext(refusal(401, 'invalid_client'))
    for (const { auth } of tabs) await failureOf(auth.getAccessToken())
    await tabs[0]?.auth.startSession(profile.server.signIn())
    await settle()
    for (const { auth } of tabs) {
      await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
      expect(auth.getState()).toMatchObject({ refresh: { phase: 'idle' } })
    }
  })
})

/** A renewal behind a call was refused, and the token that was to be renewed still lives. */
async function haltedInTheLeeway(): Promise<{ readonly profile: Profile; readonly tab: Tab }> {
  const profile = createProfile()
  const tab = await profile.openSignedInTab()
  profile.clock.advance(280_000)
  await settle()
  profile.server.answerNext(refusal(401, 'invalid_client'))
  await tab.auth.getAccessToken()
  await settle()
  expect(tab.auth.getState()).toMatchObject({ refresh: { phase: 'halted' } })
  const halted = { code: 'CLIENT_REJECTED', until: profile.clock.now() + 600_000 }
  expect(tab.events.find(({ type }) => type === 'halted')).toMatchObject(halted)
  return { profile, tab }
}

/** Like no server that works: rotates every time, and forgets `token_type` every time. */
function breaksEveryReply(): FakeReply {
  return async ({ proceed }) => {
    const { token_type: _, ...members } = (await proceed().json()) as Record<string, unknown>
    return json(200, members)
  }
}

function retryAtOf(error: TokenError | undefined): number | undefined {
  return error?.name === 'RefreshUnavailableError' ? error.retryAt : undefined
}
