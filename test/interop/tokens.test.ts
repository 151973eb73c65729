import { describe, expect, it } from 'vitest'
import { dpop } from '../../src/index.ts'
import { introspect } from './api-under-test.ts'
import { ordersApp, resources } from './configuration.ts'
import { clientId, postLogoutRedirectUri } from './provider-configuration.ts'
import { setUp, type AppOptions } from './stage.ts'

const scope = 'openid profile offline_access orders:read orders:write'

const bothApis: AppOptions = ({ api }) => ({
  scope,
  resource: api.resources[0],
  resourceServers: api.resources.map((resource) => ({ url: resource, resource })),
})

describe('the tokens of a certified provider', () => {
  for (const format of ['jwt', 'opaque'] as const) {
    it(`one session has a token for each of two APIs (${format})`, async () => {
      const { provider, signIn, openTab } = await setUp({ features: resources(format) }, bothApis)
      const here = await signIn()
      const [orders, reports] = provider.api.resources

      expect((await here.auth.fetch(orders)).status).toBe(200)
      expect(provider.counts.refreshGrants).toBe(0)
      expect((await here.auth.fetch(reports)).status).toBe(200)
      expect((await openTab().auth.fetch(reports)).status).toBe(200)

      expect(provider.counts).toMatchObject({ refreshGrants: 1, refused: [] })
      expect((await here.auth.fetch(orders)).status).toBe(200)
      expect(provider.api.requests).toBe(4)
    })
  }

  it('the token of the session is for userinfo where each API has a resource of its own', async () => {
    const { provider, signIn } = await setUp({ features: resources('jwt') }, (at) => ({
      ...bothApis(at),
      resource: undefined,
      resourceServers: [at.userinfo, ...at.api.resources.map((url) => ({ url, resource: url }))],
    }))
    const { auth } = await signIn()
    expect((await auth.fetch(provider.userinfo)).status).toBe(200)

    for (const resource of provider.api.resources) {
      expect((await auth.fetch(resource)).status).toBe(200)
      expect(await auth.getAccessToken({ resource })).toMatch(/^ey/)
    }
    expect(provider.counts).toMatchObject({ refreshGrants: 2, refused: [] })
  })

  it('a token of a narrower scope leaves the one of the session as it was', async () => {
    const { provider, signIn } = await setUp()
    const { auth } = await signIn()
    const whole = await auth.getAccessToken()

    const narrow = await auth.getAccessToken({ scope: 'openid' })

    expect(await introspect(provider.introspection, narrow)).toMatchObject({ scope: 'openid' })
    expect(await auth.getAccessToken()).toBe(whole)
    expect(auth.getState()).toMatchObject({ scope: 'openid profile offline_access' })
    await auth.refresh().catch(() => undefined)
    expect(provider.counts.refused).toEqual([])
  })

  it('a token of a narrower scope for an API holds only that', async () => {
    const { provider, signIn } = await setUp({ features: resources('opaque') }, (at) => ({
      ...ordersApp(at),
      scope,
    }))
    const { auth } = await signIn()

    const narrow = await auth.getAccessToken({ scope: 'orders:read' })

    expect(auth.getState()).toMatchObject({ scope: 'orders:read orders:write' })
    const [aud] = provider.api.resources
    expect(await introspect(provider.introspection, narrow)).toMatchObject({
      aud,
      scope: 'orders:read',
    })
  })

  it('a scope that was not granted is refused before anything is sent', async () => {
    const { provider, signIn } = await setUp()
    const { auth } = await signIn()

    await expect(auth.getAccessToken({ scope: 'orders:delete' })).rejects.toMatchObject({
      code: 'SCOPE_NOT_GRANTED',
    })
    expect(provider.counts.refreshGrants).toBe(0)
    expect(provider.counts.refused).toEqual([])
  })

  for (const [kind, app] of [
    ['bearer', () => ({})],
    ['bound', () => ({ dpop: dpop() })],
  ] as const) {
    it(`a ${kind} token that is worth nothing any more is renewed once for both tabs`, async () => {
      const { provider, signIn, openTab } = await setUp({}, app)
      const here = await signIn()
      const there = openTab()
      await provider.forget(await here.auth.getAccessToken())

      const answers = await Promise.all(
        [here, there].map(({ auth }) => auth.fetch(provider.userinfo)),
      )

      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(provider.counts).toMatchObject({ refreshGrants: 1, refused: [] })
    })
  }

  it('a refresh token that ends with the session of the provider ends that of the app', async () => {
    const { provider, user, signIn, openTab } = await setUp({
      configuration: { issueRefreshToken: () => true, expiresWithSession: () => true },
    })
    const here = await signIn()
    const there = openTab()
    await there.auth.ready
    const end = `${provider.issuer}/session/end?client_id=${clientId}`
    const signedOutElsewhere = `${end}&post_logout_redirect_uri=${postLogoutRedirectUri}`
    await user.follow(signedOutElsewhere, postLogoutRedirectUri)

    await expect(here.auth.refresh()).rejects.toMatchObject({ code: 'REJECTED' })

    const ended = { status: 'signed-out', reason: 'rejected' }
    expect(here.auth.getState()).toMatchObject(ended)
    await expect.poll(() => there.auth.getState()).toMatchObject(ended)
    expect(provider.counts.refused).toEqual(['invalid_grant'])
  })

  it('a session without a refresh token lasts as long as its access token', async () => {
    const { provider, browser, signIn } = await setUp({
      configuration: { issueRefreshToken: () => false },
    })
    const { auth } = await signIn()
    expect(auth.getState()).toMatchObject({ status: 'signed-in', refreshable: false })
    expect((await auth.fetch(provider.userinfo)).status).toBe(200)

    browser.clock.advance(301_000)

    await expect(auth.getAccessToken()).rejects.toMatchObject({ name: 'SessionEndedError' })
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' })
    expect(provider.counts).toMatchObject({ refreshGrants: 0, refused: [] })
  })

  it('a sign-in with prompt=none takes over the session of the provider', async () => {
    const { provider, signIn } = await setUp({ configuration: { issueRefreshToken: () => true } })
    await signIn()

    const { auth } = await signIn({ prompt: 'none' })

    expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'ada', refreshable: true })
    expect(provider.counts.codeGrants).toBe(2)
  })

  for (const clockErrorMs of [-600_000, 0, 600_000]) {
    it(`a sign-in that may not be old is told when and how it was (clock ${clockErrorMs} ms off)`, async () => {
      const level = 'urn:example:two-factors'
      const setup = {
        configuration: { acrValues: [level], claims: { openid: ['sub', 'acr', 'auth_time'] } },
        login: { acr: level },
      }
      const { signIn } = await setUp(setup, undefined, clockErrorMs)

      const { auth } = await signIn({ maxAgeSeconds: 60, acrValues: level })

      expect(auth.getState()).toMatchObject({
        claims: { acr: level, auth_time: expect.any(Number) as number },
      })
    })
  }

  it('a refresh token that somebody else has used ends the session in every tab', async () => {
    let stolen = ''
    const { provider, browser, signIn, openTab } = await setUp({
      alterReply(reply) {
        stolen ||= String(reply['refresh_token'])
        return reply
      },
    })
    const here = await signIn()
    const there = openTab()
    await there.auth.ready
    const parameters = { grant_type: 'refresh_token', refresh_token: stolen, client_id: clientId }
    const answer = await fetch(`${provider.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    })
    expect(answer.status).toBe(200)
    browser.clock.advance(301_000)

    await expect(here.auth.fetch(provider.userinfo)).rejects.toMatchObject({ code: 'REJECTED' })

    await expect.poll(() => there.auth.getState()).toMatchObject({ reason: 'rejected' })
    expect(provider.liveSessions()).toBe(0)
  })
})
