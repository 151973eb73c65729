import { expect } from 'vitest'
import { introspect } from './api-under-test.ts'
import type { Configuration } from './configuration.ts'
import { clientId, postLogoutRedirectUri, redirectUri } from './provider-configuration.ts'
import { setUp } from './stage.ts'

/** From the first sign-in to the last sign-out, in two tabs and after a reload. */
export async function travel(configuration: Configuration): Promise<void> {
  const { provider: setup, app, expected = {}, clockErrorMs } = configuration
  const stage = await setUp(setup, app, clockErrorMs)
  const { provider, browser, user } = stage
  const calls = expected.calls?.(provider) ?? provider.userinfo
  const sub = 'sub' in expected ? expected.sub : 'ada'
  const lifetimeMs = 'lifetimeMs' in expected ? expected.lifetimeMs : 300_000
  const tokenType = expected.tokenType ?? 'Bearer'
  const discoveries = expected.discoveries ?? 1

  const here = await stage.signIn()
  const state = here.auth.getState()
  expect(state).toMatchObject({
    status: 'signed-in',
    scope: expected.scope ?? 'openid profile offline_access',
    refreshable: true,
    ...(sub !== undefined && {
      sub,
      claims: { iss: provider.issuer, sub, aud: clientId, ...expected.claims },
    }),
  })
  const expiresAt = state.status === 'signed-in' ? state.accessTokenExpiresAt : 0
  expect(expiresAt && expiresAt - browser.clock.now()).toBe(lifetimeMs)
  const answer = await here.auth.fetch(calls)
  expect(await answer.json()).toMatchObject({
    sub: sub ?? 'ada',
    ...(expected.calls && { scheme: tokenType }),
  })
  expect(answer.status).toBe(200)
  expect(provider.counts).toMatchObject({ discoveries, codeGrants: 1, refreshGrants: 0 })

  const there = stage.openTab()
  await there.auth.ready
  for (const round of [1, 2]) {
    // A token that has just come is good enough for everybody.
    browser.clock.advance(6_000)
    await Promise.all([here, there].map(({ auth }) => auth.refresh()))
    const tokens = await Promise.all([here, there].map(({ auth }) => auth.getAccessToken()))
    expect(tokens[1]).toBe(tokens[0])
    expect((await there.auth.fetch(calls)).status).toBe(200)
    expect(provider.counts).toMatchObject({ codeGrants: 1, refreshGrants: round })
    expect([...new Set(provider.counts.refused)]).toEqual(expected.refused ?? [])
    expect(provider.liveSessions()).toBe(1)
  }

  const reloaded = stage.openTab()
  expect(await reloaded.auth.ready).toMatchObject({ status: 'signed-in', generation: 3 })
  const token = await reloaded.auth.getAccessToken()
  expect(token).toBe(await here.auth.getAccessToken())
  expect((await reloaded.auth.fetch(calls)).status).toBe(200)
  expect(provider.counts).toMatchObject({ discoveries, refreshGrants: 2 })

  const isOpaque = token.split('.').length !== 3
  if (isOpaque) {
    const known = await introspect(provider.introspection, token)
    expect(known).toMatchObject({ active: true, token_type: tokenType })
  }
  await reloaded.auth.signOut()
  await expect.poll(() => here.auth.getState().status).toBe('signed-out')
  expect(provider.counts.revocations).toBe(1)
  expect(provider.liveSessions()).toBe(0)
  if (isOpaque) {
    expect(await introspect(provider.introspection, token)).toEqual({ active: false })
  }
  if (expected.leaves === false) {
    expect(reloaded.navigation.left).toEqual([])
    return
  }
  const [left = ''] = reloaded.navigation.left
  // What is longer is refused by some servers, and by what is in front of others.
  expect(left.length).toBeLessThan(4_100)
  expect(await user.follow(left, postLogoutRedirectUri)).toBe(postLogoutRedirectUri)

  // Nobody is signed in at the provider any more, either.
  const silent = await stage.leave(here, { prompt: 'none' })
  const back = stage.openTab(await user.follow(silent, redirectUri))
  await expect(back.auth.handleRedirect()).rejects.toMatchObject({ code: 'INTERACTION_REQUIRED' })
}
