import { decodeJwt } from 'jose'
import { afterEach, expect, test } from 'vitest'
import type { Servers } from '../../../demo/servers.ts'
import { vendorNamed } from '../../../demo/vendors/vendors.ts'
import type { VendorName } from '../../../demo/vendors/vendors.ts'
import { createPlainClient, tokensOf } from '../plain-client.ts'
import { startDemoServers } from '../start-demo-servers.ts'

interface Expected {
  readonly issuer?: (origin: string) => string
  readonly expiresIn: number
  readonly refreshToken: 'new' | 'same' | 'none'
  readonly extra?: object
}

const withSlash = (origin: string): string => `${origin}/`
const itself = (origin: string): string => origin
const tokenAddress = (origin: string): string => `${origin}/oauth2/token`

const expectations: readonly (readonly [VendorName, Expected])[] = [
  ['auth0', { issuer: withSlash, expiresIn: 86_400, refreshToken: 'none' }],
  ['auth0-rotating', { issuer: withSlash, expiresIn: 86_400, refreshToken: 'new' }],
  ['wso2-rotating', { issuer: tokenAddress, expiresIn: 3_600, refreshToken: 'new' }],
  ['wso2-reusing', { issuer: tokenAddress, expiresIn: 3_600, refreshToken: 'same' }],
  ['daily-pay', { issuer: itself, expiresIn: 3_600, refreshToken: 'new' }],
  ['daily-pay-secret', { issuer: itself, expiresIn: 3_600, refreshToken: 'new' }],
  [
    'mercado-pago',
    {
      expiresIn: 15_552_000,
      refreshToken: 'new',
      extra: {
        user_id: 241_983_637,
        public_key: expect.any(String) as string,
        live_mode: true,
      },
    },
  ],
]

let servers: Servers
afterEach(() => servers.close())

test.for(expectations)('%s: a sign-in and two refreshes', async ([name, expected]) => {
  servers = await startDemoServers({ authorizationServer: name })
  const client = createPlainClient(servers)
  const first = await client.signIn('grace')
  const { scope } = servers
  const always = {
    access_token: expect.any(String) as string,
    token_type: 'Bearer',
    expires_in: expected.expiresIn,
    scope,
    ...expected.extra,
    ...(expected.issuer && { id_token: expect.any(String) as string }),
  }
  expect(first).toEqual({ ...always, refresh_token: expect.any(String) as string })
  expect((await client.callApi(first.access_token)).status).toBe(200)

  let live = first.refresh_token
  for (let round = 1; round <= 2; round += 1) {
    const reply = await tokensOf(await client.refresh(live))
    const has = { ...always, refresh_token: expect.any(String) as string }
    expect(reply).toEqual(expected.refreshToken === 'none' ? always : has)
    if (expected.refreshToken === 'same') expect(reply.refresh_token).toBe(live)
    if (expected.refreshToken === 'new') expect(reply.refresh_token).not.toBe(live)
    live = reply.refresh_token ?? live
    const response = await client.callApi(reply.access_token)
    expect(response.status).toBe(200)
    expect(servers.api.log().at(-1)).toMatchObject({ sub: 'grace', clientId: servers.clientId })
    if (expected.issuer) {
      expect(decodeJwt(reply.id_token)).toMatchObject({
        iss: expected.issuer(servers.issuer),
        aud: servers.clientId,
        sub: 'grace',
        name: 'Grace Hopper',
      })
    }
  }
  expect(servers.authorizationServer.counters()).toEqual({
    tokenRequests: 3,
    codeGrants: 1,
    refreshGrants: 2,
    refreshRefused: 0,
    replays: 0,
    expiries: 0,
    revocations: 0,
    discoveries: 0,
    sessions: 1,
  })
})

test.for(expectations)('%s: the metadata are there if it has any', async ([name, expected]) => {
  servers = await startDemoServers({ authorizationServer: name })
  const { issuer: origin } = servers
  const issuer = expected.issuer?.(origin)
  const base = (issuer ?? origin).replace(/\/$/, '')
  const response = await fetch(`${base}/.well-known/openid-configuration`)
  if (issuer === undefined) {
    expect(response.status).toBe(404)
    return
  }
  const metadata = (await response.json()) as Record<string, string>
  expect(metadata).toMatchObject({
    issuer,
    token_endpoint: origin + vendorNamed(name)?.paths.token,
    code_challenge_methods_supported: ['S256'],
  })
  const keys = await fetch(metadata['jwks_uri'] ?? '')
  const key = expect.objectContaining({ kty: 'EC', alg: 'ES256', use: 'sig' }) as object
  expect(await keys.json()).toEqual({ keys: [key] })
  expect(servers.authorizationServer.counters().discoveries).toBe(1)
})

test.for([
  ['auth0', 'openid orders:read', 'orders:read'],
  ['daily-pay', 'user:read', 'user:read'],
  ['mercado-pago', 'read write', 'read'],
] as const)(
  '%s: without its scope for that there is no refresh token',
  async ([name, scope, apiScope]) => {
    servers = await startDemoServers({ authorizationServer: name })
    const client = createPlainClient(servers)
    const login = await client.authorize({ scope })
    const tokens = await client.redeem(await client.choose('ada', login))
    expect(tokens).not.toHaveProperty('refresh_token')
    expect(tokens.scope).toContain(apiScope)
    expect((await client.callApi(tokens.access_token)).status).toBe(200)
    expect(servers.authorizationServer.counters().sessions).toBe(0)
  },
)

test('wso2-rotating: no scope has to be asked for to get a refresh token', async () => {
  servers = await startDemoServers({ authorizationServer: 'wso2-rotating' })
  const client = createPlainClient(servers)
  const tokens = await client.redeem(
    await client.choose('ada', await client.authorize({ scope: 'orders:read' })),
  )
  expect(tokens.refresh_token).toEqual(expect.any(String))
  expect(tokens).not.toHaveProperty('id_token')
})

test('auth0: an access token is for no API unless the sign-in named it', async () => {
  servers = await startDemoServers({ authorizationServer: 'auth0' })
  const client = createPlainClient(servers)
  const login = await client.authorize({ audience: 'https://other.example' })
  const tokens = await client.redeem(await client.choose('ada', login))
  expect((await client.callApi(tokens.access_token)).status).toBe(401)
})

test.for([
  ['auth0', false],
  ['wso2-rotating', false],
  ['mercado-pago', true],
] as const)('%s: the old access token ends with a refresh: %s', async ([name, ends]) => {
  servers = await startDemoServers({ authorizationServer: name })
  const client = createPlainClient(servers)
  const first = await client.signIn('ada')
  const second = await tokensOf(await client.refresh(first.refresh_token))
  expect((await client.callApi(first.access_token)).status).toBe(ends ? 401 : 200)
  expect((await client.callApi(second.access_token)).status).toBe(200)
})

test.for([
  ['auth0', 'orders:read', false],
  ['daily-pay', 'user:read', false],
  ['mercado-pago', 'read offline_access', true],
] as const)(
  '%s: a narrower scope is granted, and is for good: %s, %s',
  async ([name, scope, forGood]) => {
    servers = await startDemoServers({ authorizationServer: name })
    const client = createPlainClient(servers)
    const first = await client.signIn('ada')
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const narrow = await tokensOf(await client.tokenRequest({ ...refresh, scope }))
    expect(narrow.scope).toBe(scope)
    const written = await client.callApi(narrow.access_token, '/orders', { method: 'POST' })
    expect(written.status).toBe(403)
    const live = narrow.refresh_token ?? first.refresh_token
    const next = await tokensOf(await client.refresh(live))
    expect(next.scope).toBe(forGood ? scope : first.scope)
  },
)

test.for([4_096, 65_536])('tokens of %d bytes go through', async (bytes) => {
  servers = await startDemoServers({
    authorizationServer: 'daily-pay',
    tokenSizes: { code: 4_096, accessToken: bytes, refreshToken: bytes },
    apiHeaderBytes: 128 * 1_024,
  })
  const client = createPlainClient(servers)
  const callback = await client.choose('ada', await client.authorize())
  expect(callback.searchParams.get('code')).toHaveLength(4_096)
  const first = await client.redeem(callback)
  expect(first.access_token).toHaveLength(bytes)
  expect(first.refresh_token).toHaveLength(bytes)
  const second = await tokensOf(await client.refresh(first.refresh_token))
  expect((await client.callApi(second.access_token)).status).toBe(200)
})

test('an API that takes no more than Node does refuses the header of a 64 kB token', async () => {
  servers = await startDemoServers({
    authorizationServer: 'daily-pay',
    tokenSizes: { accessToken: 65_536 },
  })
  const client = createPlainClient(servers)
  const { access_token: accessToken } = await client.signIn('ada')
  expect((await client.callApi(accessToken)).status).toBe(431)
})
