import { describe, expect, it } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { failureOf } from '../support/failure.ts'
import { openTabs } from '../support/open-tabs.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { cut } from '../support/token-replies.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

describe('a token that lives for 180 days', () => {
  const options = { expiresIn: 180 * 86_400 }

  it('is not renewed because the page comes and goes', async () => {
    const profile = createProfile(options)
    const tab = await profile.openSignedInTab({ refreshAhead: 'visible' })
    for (let day = 0; day < 30; day += 1) {
      await profile.pass(dayMs)
      for (const event of ['visible', 'hide', 'restore', 'resume', 'online'] as const) {
        tab.page.emit(event)
        await settle()
      }
      await tab.auth.getAccessToken()
    }
    expect(profile.server.counts.requests).toBe(0)
  })
})

describe('a wall clock that shows fractions of a millisecond', () => {
  it('begins a session that every tab can read', async () => {
    const profile = createProfile()
    const clock = { ...profile.clock, now: () => profile.clock.now() + 0.25 }
    const { tab, peer } = await openTabs(2, {}, profile, { clock })
    await tab.auth.refresh()
    expect(peer.auth.getState()).toMatchObject({ status: 'signed-in' })
    expect(await peer.auth.getAccessToken()).toBe(await tab.auth.getAccessToken())
    expect(profile.server.counts.requests).toBe(1)
  })
})

describe('a wall clock that is set', () => {
  const steps = [3 * hourMs, -3 * hourMs]

  it.each(steps)('by %d ms costs ten tabs at most one refresh', async (stepMs) => {
    const lasting = createProfile({ expiresIn: 3_600 })
    const { profile, tabs } = await openTabs(10, { refreshAhead: 'visible' }, lasting)
    await Promise.all(tabs.map(({ auth }) => auth.getAccessToken()))
    await profile.pass(5 * minuteMs)

    profile.clock.stepWallClock(stepMs)
    for (let round = 0; round < 40; round += 1) {
      const tokens = await Promise.all(tabs.map(({ auth }) => auth.getAccessToken()))
      for (const token of tokens) expect(profile.server.accepts(token)).toBe(true)
      await profile.pass(minuteMs)
    }
    expect(profile.server.counts.requests).toBeLessThanOrEqual(1)
    for (const { auth } of tabs) expect(auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('back by 3 h after the network has come back does not end the hold-offs of these 3 h', async () => {
    const profile = createProfile({ expiresIn: 10 })
    const { auth, page } = await profile.openSignedInTab()
    await profile.pass(minuteMs)
    page.emit('online')
    profile.clock.stepWallClock(-3 * hourMs)
    profile.server.answerAlways(cut)
    for (let second = 0; second < 60; second += 1) {
      await failureOf(profile.passUntil(auth.refresh()))
      await profile.pass(1_000)
    }
    expect(profile.server.counts.requests).toBeLessThanOrEqual(13)
  })

  it('back by 3 h does not make a token last longer for a tab that is opened then', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    profile.clock.stepWallClock(-3 * hourMs)
    const { auth } = profile.openTab()
    const token = await auth.getAccessToken()
    await profile.pass(301_000)
    expect(await auth.getAccessToken()).not.toBe(token)
  })

  it.each(steps)('by %d ms during a rotation costs no second one', async (stepMs) => {
    const { profile, tab, peer } = await openTabs()
    profile.clock.advance(10 * minuteMs)
    profile.server.answerNext(({ proceed }) => {
      profile.clock.stepWallClock(stepMs)
      return proceed()
    })
    const calls = [tab.auth.getAccessToken(), peer.auth.getAccessToken()]
    const [mine, adopted] = await profile.passUntil(Promise.all(calls))
    expect(adopted).toBe(mine)
    expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })
  })

  it.each(steps)(
    'by %d ms ends a hold-off at the latest when that would have ended',
    async (stepMs) => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      profile.clock.advance(10 * minuteMs)
      profile.server.answerNext(
        () => new Response(null, { status: 503, headers: { 'retry-after': '60' } }),
      )
      await expect(auth.getAccessToken()).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' })
      profile.clock.stepWallClock(stepMs)
      profile.clock.advance(minuteMs)
      await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
    },
  )
})

describe('refreshAhead', () => {
  it("'in-use' renews a token that was used since it came, and then no more", async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    await auth.getAccessToken()
    await profile.pass(299_000)
    expect(profile.server.counts.requests).toBe(1)
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(1)
  })

  it("'in-use' leaves a token alone that nobody used", async () => {
    const profile = createProfile()
    await profile.openSignedInTab({ refreshAhead: 'in-use' })
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(0)
  })

  it("'in-use' waits until the page is visible", async () => {
    const profile = createProfile()
    const { auth, page } = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    await auth.getAccessToken()
    page.setVisible(false)
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(0)
    page.setVisible(true)
    page.emit('visible')
    await profile.pass(100)
    expect(profile.server.counts.requests).toBe(1)
  })

  it('costs one request for all visible tabs', async () => {
    const profile = createProfile()
    const first = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    const tabs = [first, ...Array.from({ length: 9 }, () => profile.openTab({}))]
    await Promise.all(tabs.map(({ auth }) => auth.getAccessToken()))
    await profile.pass(299_000)
    expect(profile.server.counts.requests).toBe(1)
  })

  it("'visible' renews again and again, but not on a hidden page and not offline", async () => {
    const profile = createProfile()
    const { page } = await profile.openSignedInTab({ refreshAhead: 'visible' })
    await profile.pass(20 * minuteMs)
    const { requests } = profile.server.counts
    expect(requests).toBeGreaterThanOrEqual(4)
    expect(requests).toBeLessThanOrEqual(5)
    page.setVisible(false)
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(requests)
    page.setVisible(true)
    page.setOnline(false)
    page.emit('visible')
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(requests)
  })

  it("'never' renews only on demand", async () => {
    const profile = createProfile()
    const { auth, page } = await profile.openSignedInTab({ refreshAhead: 'never' })
    await auth.getAccessToken()
    await profile.pass(hourMs)
    page.emit('visible')
    await profile.pass(hourMs)
    expect(profile.server.counts.requests).toBe(0)
    expect(profile.clock.timers()).toEqual([])
  })

  it('costs neither a timer nor a request where a token names no end', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab({ refreshAhead: 'visible' })
    const { expires_in: _, ...response } = profile.server.signIn()
    await auth.startSession(response)
    await settle()
    expect(profile.clock.timers()).toEqual([])
    await profile.pass(hourMs)
    expect(await auth.getAccessToken()).toBe(response.access_token)
    await settle()
    expect(profile.server.counts.requests).toBe(0)
  })

  it('goes on in another tab when the one that failed is gone', async () => {
    const { profile, tab, peer } = await openTabs(2, { refreshAhead: 'visible' })
    profile.server.answerNext(() => new Response(null, { status: 503 }))
    await profile.pass(266_000)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 0 })
    tab.auth.dispose()
    await profile.pass(61_000)
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 1 })
    peer.auth.dispose()
  })

  it('goes on after a discovery that failed', async () => {
    const profile = createProfile()
    const { issuer } = profile.server.metadata
    let isDown = true
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      if (!url.includes('.well-known')) return profile.fetch(input, init)
      if (isDown) throw new TypeError('Failed to fetch')
      return json(200, profile.server.metadata)
    }
    const options = { authorizationServer: issuer, refreshAhead: 'visible', fetch } as const
    await profile.openSignedInTab(options)
    await profile.pass(268_000)
    isDown = false
    await profile.pass(60_000)
    expect(profile.server.counts.grants).toBe(1)
  })

  it('goes on a minute after a failure, and not before if nobody asks', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    await auth.getAccessToken()
    profile.server.answerNext(() => new Response(null, { status: 503 }))
    await profile.pass(299_000)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 0 })
    await profile.pass(60_000)
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 1 })
  })
})

describe('a session without a refresh token', () => {
  it('ends when its access token has run out, without anybody asking', async () => {
    const profile = createProfile()
    const tab = profile.openTab()
    const { refresh_token: _, ...response } = profile.server.signIn()
    await tab.auth.startSession(response)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', refreshable: false })
    await profile.pass(290_000)
    await expect(tab.auth.getAccessToken()).resolves.toBe(response.access_token)
    await profile.pass(11_000)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' })
    expect(profile.server.counts.requests).toBe(0)
  })
})
