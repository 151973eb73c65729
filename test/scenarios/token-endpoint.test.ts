import { expect, it } from 'vitest'
import { dpop } from '../../src/index.ts'
import { json, opaqueRedirect, page } from '../oauth/server-double.ts'
import { decodeJwtPart } from '../../src/oauth/id-token.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import { expire, openExpiredTabs, openTabs } from '../support/open-tabs.ts'
import { overwriteRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { cut } from '../support/token-replies.ts'
import { hourMs, minuteMs, presented } from './stage.ts'

it('S-42: when the server asks one tab to wait, every tab waits, and a token that lives is served', async () => {
  for (const status of [429, 503]) {
    const { profile, tab, tabs } = await openTabs(5)
    const token = await tab.auth.getAccessToken()
    profile.server.answerNext(() => page(status, { 'retry-after': '120' }))
    const failure = await failureOf(tab.auth.refresh())
    const retryAt = profile.clock.now() + 120_000
    expect(failure).toMatchObject({ code: 'SERVER_UNAVAILABLE', retryAt })
    await settle()
    for (const { auth } of tabs) {
      expect(auth.getState()).toMatchObject({ refresh: { phase: 'waiting', retryAt } })
      await expect(auth.getAccessToken()).resolves.toBe(token)
      expect(named(await failureOf(auth.refresh()))).toBe(
        'RefreshUnavailableError SERVER_UNAVAILABLE',
      )
    }
    expect(profile.server.counts.requests).toBe(1)
    profile.clock.advance(120_000)
    await Promise.all(tabs.map(({ auth }) => auth.refresh()))
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 1 })
    expect(new Set(presented(profile)).size).toBe(1)
  }
})

it('S-48: a session whose key is gone ends, and nothing is sent without it', async () => {
  const profile = createProfile({ extra: { token_type: 'DPoP' } })
  const { tab, peer } = await openTabs(2, { dpop: dpop() }, profile)
  const record = (await storedRecord(profile)) as { readonly session: object }
  await overwriteRecord(profile, {
    ...record,
    session: { ...record.session, senderKey: undefined },
  })
  await expire(profile)
  for (const { auth, page: events } of [tab, peer]) {
    events.emit('visible')
    expect(named(await failureOf(auth.getAccessToken()))).toBe('SessionEndedError KEY_LOST')
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'key-lost' })
  }
  expect(profile.sent).toHaveLength(0)
})

it('S-49: a nonce that is wanted costs one more send of the same token with a new proof, and the token does not count as spent', async () => {
  const profile = createProfile({ extra: { token_type: 'DPoP' } })
  const { tab } = await openExpiredTabs(2, { dpop: dpop() }, profile)
  const proofs: (Record<string, unknown> | undefined)[] = []
  const note = (headers: Headers): void => {
    proofs.push(decodeJwtPart(headers.get('dpop') ?? '', 1))
  }
  profile.server.answerNext(({ headers }) => {
    note(headers)
    return json(400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': 'nonce-1' })
  })
  profile.server.answerNext(({ headers, proceed }) => {
    note(headers)
    return proceed()
  })
  await tab.auth.refresh()
  expect(new Set(presented(profile)).size).toBe(1)
  expect(presented(profile)).toHaveLength(2)
  expect(proofs.map((proof) => proof?.['nonce'])).toEqual([undefined, 'nonce-1'])
  expect(new Set(proofs.map((proof) => proof?.['jti'])).size).toBe(2)
  const claims = tab.events.flatMap((event) => (event.type === 'claimed' ? [event.unknown] : []))
  expect(new Set(claims)).toEqual(new Set([0]))
})

it('S-50: a captive portal in place of the token endpoint passes, and the refresh token is kept', async () => {
  for (const portal of [() => page(200), opaqueRedirect]) {
    const { profile, tab, peer } = await openExpiredTabs()
    profile.server.answerAlways(portal)
    const failure = await profile.passUntil(failureOf(tab.auth.getAccessToken()))
    expect(failure?.name).toBe('RefreshUnavailableError')
    await profile.pass(10 * minuteMs)
    for (const { auth } of [tab, peer]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in' })
    }
    profile.server.answerAlways()
    const token = await profile.passUntil(peer.auth.getAccessToken())
    expect(token).toBe(newest(profile, 'access'))
    expect(new Set(presented(profile)).size).toBe(1)
    expect(profile.server.counts.replays).toBe(0)
  }
})

it('S-51: a token endpoint that CORS has cut off is asked twice a minute at most, a token that lives is served, and nobody is signed out', async () => {
  const profile = createProfile({ expiresIn: 3_600 })
  const { tab, tabs } = await openTabs(5, {}, profile)
  const token = await tab.auth.getAccessToken()
  profile.server.answerAlways(cut)
  const attempts = (): number => profile.server.counts.requests
  await profile.passUntil(failureOf(tab.auth.refresh()))
  await expect(tab.auth.getAccessToken()).resolves.toBe(token)

  profile.clock.advance(hourMs)
  for (let minute = 0; minute < 10; minute += 1) {
    for (const { auth } of tabs) {
      const failure = await profile.passUntil(failureOf(auth.getAccessToken()))
      expect(named(failure)).toBe('RefreshUnavailableError NETWORK')
    }
    await profile.pass(minuteMs)
  }
  const before = attempts()
  for (let second = 0; second < 600; second += 10) {
    for (const { auth } of tabs) await profile.passUntil(failureOf(auth.getAccessToken()))
    await profile.pass(10_000)
  }
  // The hold-off is between half a minute and a whole one by then.
  expect(attempts() - before).toBeLessThanOrEqual(20)
  for (const { auth } of tabs) expect(auth.getState()).toMatchObject({ status: 'signed-in' })
  profile.server.answerAlways()
  await profile.pass(minuteMs)
  await expect(profile.passUntil(tab.call())).resolves.toBe(200)
  expect(new Set(presented(profile)).size).toBe(1)
})
