import { expect, it } from 'vitest'
import { openTabs } from '../support/open-tabs.ts'
import { apiUrl, createProfile, settle } from '../support/tabs.ts'
import { answering, countOf } from './stage.ts'

const unauthorized = (challenge?: string): Response =>
  new Response(null, {
    status: 401,
    headers: challenge === undefined ? {} : { 'www-authenticate': challenge },
  })

it('S-35: a 401 that is not about the token is returned; one that says nothing costs one refresh, and none after that', async () => {
  const basic = createProfile()
  const gate = answering(basic, () => unauthorized('Basic realm="staging"'))
  const { tab } = await openTabs(2, { fetch: gate.fetch }, basic)
  for (let call = 0; call < 5; call += 1) await expect(tab.call()).resolves.toBe(401)
  expect(gate.tokens).toHaveLength(5)
  expect(countOf([tab], 'challenged')).toBe(5)
  expect(basic.server.counts.requests).toBe(0)

  const silent = createProfile()
  const firewall = answering(silent, () => unauthorized())
  const opened = await openTabs(3, { fetch: firewall.fetch }, silent)
  for (let round = 0; round < 5; round += 1) {
    const statuses = await Promise.all(opened.tabs.map((each) => each.call()))
    expect(new Set(statuses)).toEqual(new Set([401]))
  }
  expect(silent.server.counts.requests).toBe(1)
  expect(new Set(firewall.tokens).size).toBe(2)
})

it('S-36: an API that rejects every fresh token gets each request twice at most and causes one refresh in thirty seconds, and an event says so', async () => {
  const { profile, tabs } = await openTabs(5)
  profile.api.rejectsAll = true
  for (let round = 0; round < 5; round += 1) {
    const sent = profile.api.requests.length
    await Promise.all(tabs.map((tab) => tab.call()))
    expect(profile.api.requests.length - sent).toBeLessThanOrEqual(2 * tabs.length)
    await profile.pass(5_000)
  }
  expect(profile.server.counts.requests).toBe(1)
  expect(countOf(tabs, 'fresh-token-rejected')).toBeGreaterThan(0)
  await profile.pass(10_000)
  await Promise.all(tabs.map((tab) => tab.call()))
  expect(profile.server.counts.requests).toBe(2)
})

it('S-37: a 403, or a 401 that asks for a step-up, costs no refresh, and an event says what is wanted', async () => {
  const refusals = [
    [403, 'insufficient_scope', { scope: 'orders:write' }],
    [401, 'insufficient_scope', { scope: 'orders:write' }],
    [401, 'insufficient_user_authentication', { acrValues: 'mfa', maxAgeSeconds: 60 }],
  ] as const
  for (const [status, error, wanted] of refusals) {
    const profile = createProfile()
    const challenge = `Bearer error="${error}", scope="orders:write", acr_values="mfa", max_age=60`
    const headers = { 'www-authenticate': challenge }
    const api = answering(profile, () => new Response(null, { status, headers }))
    const { tab } = await openTabs(2, { fetch: api.fetch }, profile)
    await expect(tab.call()).resolves.toBe(status)
    expect(api.tokens).toHaveLength(1)
    expect(tab.events).toContainEqual(
      expect.objectContaining({ type: 'challenged', status, error, ...wanted }),
    )
    expect(profile.sent).toHaveLength(0)
  }
})

it('S-54: a stream is not sent twice: its 401 is returned, and the token is renewed for the next request', async () => {
  const { profile, tab } = await openTabs()
  profile.server.revokeAccessTokens()
  const body = new Blob(['{}']).stream()
  const upload: RequestInit & { readonly duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
  const response = await tab.auth.fetch(`${apiUrl}orders`, upload)
  expect(response.status).toBe(401)
  await settle()
  expect(profile.api.requests).toHaveLength(1)
  expect(profile.server.counts.requests).toBe(1)
  await expect(tab.call()).resolves.toBe(200)
  expect(profile.api.requests).toHaveLength(2)
  expect(profile.server.counts.requests).toBe(1)
})
