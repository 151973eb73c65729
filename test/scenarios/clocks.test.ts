import { expect, it } from 'vitest'
import { dpop } from '../../src/index.ts'
import { json } from '../oauth/server-double.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { newest } from '../support/newest.ts'
import { expire, openTabs } from '../support/open-tabs.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { cut } from '../support/token-replies.ts'
import { countOf, hourMs, minuteMs } from './stage.ts'

const dayMs = 24 * hourMs

it('S-29: a clock that jumps ahead by three hours costs all tabs one refresh at most', async () => {
  const { profile, tabs } = await openTabs(5, { refreshAhead: 'visible' })
  profile.clock.stepWallClock(3 * hourMs)
  const at = profile.clock.now()
  for (let minute = 0; minute < 4; minute += 1) {
    const statuses = await Promise.all(tabs.map((tab) => tab.call()))
    expect(new Set(statuses)).toEqual(new Set([200]))
    await profile.pass(30_000)
  }
  expect(profile.server.counts.requests).toBe(1)
  for (const { auth } of tabs) {
    expect(auth.getState()).toMatchObject({ accessTokenExpiresAt: at + 5 * minuteMs })
  }
})

it('S-30: a clock that jumps back by three hours makes no token last longer, and a 401 is believed before the clock', async () => {
  const { profile, tab } = await openTabs()
  profile.clock.stepWallClock(-3 * hourMs)
  profile.clock.advance(6 * minuteMs)
  await expect(tab.call()).resolves.toBe(200)
  expect(profile.api.requests).toHaveLength(1)
  expect(profile.server.counts.requests).toBe(1)

  // As after a sleep in which both clocks stood still.
  profile.clock.stepWallClock(-3 * hourMs)
  profile.clock.advance(10_000)
  profile.server.revokeAccessTokens()
  await expect(tab.call()).resolves.toBe(200)
  expect(profile.server.counts.requests).toBe(2)
})

it('S-31: a clock that is wrong by hours costs no refresh token, because lifetimes count from receipt and the times of an id_token reject no reply', async () => {
  for (const skewSeconds of [-5 * 3_600, 5 * 3_600]) {
    const profile = createProfile()
    // By the clock of this machine, which is the one that an id_token is held against.
    const signedAt = (): number => Math.round(Date.now() / 1_000) + skewSeconds
    const times = (): Record<string, number> => ({ iat: signedAt(), exp: signedAt() + 300 })
    const tab = profile.openTab()
    await tab.auth.startSession(profile.server.signIn({ id_token: idToken(times()) }))
    profile.clock.advance(10 * minuteMs)
    profile.server.answerNext(async ({ proceed }) => {
      const reply = (await proceed().json()) as object
      return json(200, { ...reply, id_token: idToken(times()) })
    })
    await expect(tab.call()).resolves.toBe(200)
    expect(tab.auth.getState()).toMatchObject({
      accessTokenExpiresAt: profile.clock.now() + 5 * minuteMs,
    })
    await tab.auth.refresh()
    expect(profile.server.counts).toMatchObject({ grants: 2, replays: 0 })
  }
})

it('a server that refuses DPoP proofs because of a wrong clock ends no session', async () => {
  const profile = createProfile({ extra: { token_type: 'DPoP' } })
  const { tab, peer } = await openTabs(2, { dpop: dpop() }, profile)
  await expire(profile)
  profile.server.answerAlways(() => json(400, { error: 'invalid_dpop_proof' }))
  for (let attempt = 0; attempt < 5; attempt += 1) {
    for (const { auth } of [tab, peer, profile.openTab({ dpop: dpop() })]) {
      const error = await failureOf(auth.getAccessToken())
      expect(named(error)).toMatch(/^RefreshUnavailableError/)
      expect(error?.message).toContain('clock')
      expect(error?.message).not.toContain('cannot answer')
    }
    expect(tab.events).toContainEqual(expect.objectContaining({ type: 'held-off', hint: 'clock' }))
    await profile.pass(2 * minuteMs)
  }
  for (const { auth } of [tab, peer]) expect(auth.getState()).toMatchObject({ status: 'signed-in' })
  profile.server.answerAlways()
  const token = await peer.auth.getAccessToken()
  expect(token).toBe(newest(profile, 'access'))
})

it('S-32: five tabs that wake after eight hours, at first without a network, stay signed in and cost one refresh', async () => {
  const profile = createProfile()
  const { tabs } = await openTabs(5, { refreshAhead: 'in-use', patienceMs: 500 }, profile)
  await Promise.all(tabs.map((tab) => tab.call()))
  for (const { page } of tabs) page.setVisible(false)
  profile.clock.advance(8 * hourMs)
  await settle()
  expect(profile.server.counts.requests).toBe(0)

  profile.server.answerAlways(cut)
  for (const { page } of tabs) {
    page.setVisible(true)
    for (const event of ['resume', 'visible'] as const) page.emit(event)
  }
  const failures = await profile.passUntil(
    Promise.all(tabs.map(({ auth }) => failureOf(auth.getAccessToken()))),
  )
  expect(new Set(failures.map(named))).toEqual(new Set(['RefreshUnavailableError NETWORK']))
  expect(profile.server.counts.requests).toBe(2)
  for (const { auth } of tabs) expect(auth.getState()).toMatchObject({ status: 'signed-in' })

  profile.server.answerAlways()
  profile.clock.advance(1_000)
  for (const { page } of tabs) page.emit('online')
  const calls = Promise.all(tabs.map((tab) => tab.call()))
  expect(new Set(await profile.passUntil(calls))).toEqual(new Set([200]))
  expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
})

it('S-33: a token that lives for 180 days sets off no timer at once, and is renewed before its end', async () => {
  const profile = createProfile({ expiresIn: 180 * 86_400 })
  const { tab, tabs } = await openTabs(2, { refreshAhead: 'visible' }, profile)
  for (const dueInMs of profile.clock.timers()) expect(dueInMs).toBeGreaterThan(hourMs)
  await profile.pass(25 * dayMs)
  await profile.pass(154 * dayMs)
  expect(profile.server.counts.requests).toBe(0)
  await profile.pass(dayMs - minuteMs / 2)
  expect(profile.server.counts.requests).toBe(1)
  expect(countOf(tabs, 'session-ended')).toBe(0)
  await expect(tab.call()).resolves.toBe(200)
})

it('S-34: tokens that live for no second, or one, serve the call that asked and begin no loop', async () => {
  for (const expiresIn of [0, 1]) {
    const profile = createProfile({ expiresIn })
    const { tab, peer } = await openTabs(2, { refreshAhead: 'visible' }, profile)
    for (let second = 0; second < 60; second += 1) {
      await expect(profile.passUntil(tab.call())).resolves.toBe(200)
      await expect(profile.passUntil(peer.call())).resolves.toBe(200)
      await profile.pass(1_000)
    }
    // One in 5 s.
    expect(profile.server.counts.requests).toBeLessThanOrEqual(12)
    expect(profile.server.counts.replays).toBe(0)
  }
})
