import { describe, expect, it } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { apiUrl, settle } from '../support/tabs.ts'
import { spoilt } from '../support/token-replies.ts'
import { vendors, type VendorName } from './vendors.ts'

const day = 86_400_000
const names = Object.keys(vendors) as readonly VendorName[]

describe.each(names)('%s', (name) => {
  it('may rotate: each refresh token is presented once', async () => {
    const { profile, tokenRequests, openSignedInTab } = vendors[name]()
    const { auth } = await openSignedInTab()
    for (let turn = 0; turn < 3; turn += 1) await auth.refresh()
    const presented = tokenRequests.map(({ parameters }) => parameters.get('refresh_token'))
    expect(new Set(presented).size).toBe(3)
    expect(profile.server.counts).toMatchObject({ grants: 3, replays: 0 })
  })

  it.each(['the same refresh token', 'none'])('may reply with %s', async (kind) => {
    const { profile, tokenRequests, openSignedInTab } = vendors[name]()
    profile.server.answerAlways(({ parameters }) =>
      json(200, {
        access_token: `access-${tokenRequests.length}`,
        token_type: 'Bearer',
        expires_in: 3_600,
        ...(kind === 'none' ? {} : { refresh_token: parameters.get('refresh_token') }),
      }),
    )
    const { auth } = await openSignedInTab()
    for (let turn = 0; turn < 3; turn += 1) await auth.refresh()
    await expect(auth.getAccessToken()).resolves.toBe('access-3')
    expect(auth.getState()).toMatchObject({ refreshable: true, generation: 4 })
    const presented = tokenRequests.map(({ parameters }) => parameters.get('refresh_token'))
    expect(presented).toHaveLength(3)
    expect(new Set(presented).size).toBe(1)
  })

  it('is asked once by ten tabs with ten requests each', async () => {
    const { profile, tokenRequests, openTab, openSignedInTab } = vendors[name]()
    const first = await openSignedInTab()
    const tabs = [first, ...Array.from({ length: 9 }, () => openTab())]
    await Promise.all(tabs.map(({ auth }) => auth.ready))
    profile.server.revokeAccessTokens()
    const calls = tabs.flatMap((tab) => Array.from({ length: 10 }, () => tab.call()))
    const statuses = await profile.passUntil(Promise.all(calls))
    expect(statuses).toEqual(calls.map(() => 200))
    expect(tokenRequests).toHaveLength(1)
    expect(profile.server.counts.replays).toBe(0)
  })
})

it('a server that ends the old access token with the renewal costs no second one', async () => {
  const { profile, openTab, openSignedInTab, tokenRequests } = vendors.wso2()
  const tab = await openSignedInTab()
  const peer = openTab()
  await peer.auth.ready
  profile.server.answerNext(({ proceed }) => {
    profile.server.revokeAccessTokens()
    return proceed()
  })
  const renewal = tab.auth.refresh()
  const statuses = await profile.passUntil(Promise.all([peer.call(), renewal, peer.call()]))
  expect([statuses[0], statuses[2], await peer.call()]).toEqual([200, 200, 200])
  expect(tokenRequests).toHaveLength(1)
})

it.each([
  [0, undefined],
  [1_800, 1_800_000],
])('Keycloak names the life of its refresh token: %i s', async (refresh_expires_in, lifeMs) => {
  const { profile, openSignedInTab } = vendors.keycloak()
  const { auth } = await openSignedInTab()
  const members = { refresh_expires_in, session_state: 'a', 'not-before-policy': 0 }
  profile.server.answerNext(spoilt(members))
  await auth.refresh()
  const state = auth.getState()
  const endsAt = 'refreshTokenExpiresAt' in state ? state.refreshTokenExpiresAt : undefined
  expect(endsAt).toBe(lifeMs === undefined ? undefined : profile.clock.now() + lifeMs)
})

it('Entra ID is told the scope of the API that a token is for, where that is listed', async () => {
  const { openSignedInTab, profile, tokenRequests } = vendors.entraId()
  const scope = 'api://orders/Orders.Read'
  const options = {
    scope: `openid offline_access ${scope}`,
    resourceServers: [{ url: apiUrl, scope }],
  }
  const tab = await openSignedInTab({ scope }, options)
  await expect(profile.passUntil(tab.call())).resolves.toBe(200)
  expect(tokenRequests.map(({ parameters }) => parameters.get('scope'))).toEqual([scope])
})

describe('the 180 days of Mercado Pago', () => {
  const reply = { user_id: 241983636, public_key: 'APP_USR-1', live_mode: true }

  it('pass without a request, and are renewed before they end', async () => {
    const { profile, tokenRequests, openSignedInTab } = vendors.mercadoPago()
    await openSignedInTab(reply, { refreshAhead: 'visible' })
    await profile.pass(161 * day)
    expect(tokenRequests).toHaveLength(0)
    await profile.pass(day)
    expect(tokenRequests.map(({ url }) => url)).toEqual(['https://app.example/oauth/token'])
    await settle()
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
  })

  it('never end for a user who comes every fortnight', async () => {
    const { profile, openTab, openSignedInTab } = vendors.mercadoPago()
    const first = await openSignedInTab(reply)
    first.auth.dispose()
    for (let visit = 0; visit < 30; visit += 1) {
      await profile.pass(14 * day)
      const tab = openTab()
      expect(await profile.passUntil(tab.call())).toBe(200)
      await settle()
      tab.auth.dispose()
    }
    // 420 days, of which a token lasts 180.
    expect(profile.server.counts).toMatchObject({ grants: 2, replays: 0 })
  })

  it('are the token of the API that is listed, and of no other', async () => {
    const { profile, openSignedInTab } = vendors.mercadoPago()
    const tab = await openSignedInTab(reply)
    await tab.call()
    expect(profile.api.requests).toEqual([{ token: profile.server.secrets[0], path: '/v2/orders' }])
    await expect(tab.auth.getAuthorizationHeaders(apiUrl)).resolves.toHaveProperty('authorization')
    const proxy = 'https://app.example/oauth/token'
    await expect(tab.auth.getAuthorizationHeaders(proxy)).resolves.toEqual({})
  })
})
