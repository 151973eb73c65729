import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { createPlainClient, tokensOf } from './plain-client.ts'
import type { PlainClient } from './plain-client.ts'
import { startDemoServers, turn } from './start-demo-servers.ts'

let servers: Servers
let client: PlainClient

async function start(options: Parameters<typeof startDemoServers>[0] = {}): Promise<void> {
  await servers?.close()
  servers = await startDemoServers(options)
  client = createPlainClient(servers)
}

const control = (origin: string, name: string, input?: object): Promise<Response> =>
  turn(origin, name, input, servers.pageOrigin)

beforeEach(() => start())
afterEach(() => servers.close())

test('a sign-in with PKCE gives a refresh token and an access token that the API takes', async () => {
  const tokens = await client.signIn('ada')
  expect(tokens).toMatchObject({
    token_type: 'Bearer',
    expires_in: 30,
    scope: 'orders:read orders:write',
    refresh_token: expect.any(String) as string,
    id_token: expect.any(String) as string,
  })
  const response = await client.callApi(tokens.access_token)
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe(servers.pageOrigin)
  expect(servers.authorizationServer.counters()).toMatchObject({ codeGrants: 1, sessions: 1 })
})

test('an authorization request without PKCE is refused', async () => {
  const url = new URL('/auth', servers.issuer)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: servers.clientId,
    redirect_uri: `${servers.pageOrigin}/callback`,
    scope: 'openid',
  }).toString()
  const response = await fetch(url, { redirect: 'manual' })
  expect(response.headers.get('location')).toContain('error=invalid_request')
})

test('every refresh rotates the refresh token, and a spent one ends the whole grant', async () => {
  const first = await client.signIn('ada')
  const second = await tokensOf(await client.refresh(first.refresh_token))
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect(servers.authorizationServer.counters()).toMatchObject({
    refreshGrants: 1,
    replays: 0,
    sessions: 1,
  })

  const replay = await client.refresh(first.refresh_token)
  expect(replay.status).toBe(400)
  expect(await replay.json()).toMatchObject({ error: 'invalid_grant' })
  expect((await client.refresh(second.refresh_token)).status).toBe(400)
  expect(servers.authorizationServer.counters()).toMatchObject({
    refreshGrants: 1,
    refreshRefused: 2,
    replays: 1,
    sessions: 0,
  })
})

test('of ten requests with one refresh token at the same moment at most one succeeds', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const responses = await Promise.all(
    Array.from({ length: 10 }, () => client.refresh(refreshToken)),
  )
  expect(responses.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  expect(servers.authorizationServer.counters()).toMatchObject({ replays: 9, sessions: 0 })
})

test('within the grace window a spent refresh token is accepted again', async () => {
  await start({ refreshTokenGraceMs: 60_000 })
  const { refresh_token: refreshToken } = await client.signIn('ada')
  await tokensOf(await client.refresh(refreshToken))
  await tokensOf(await client.refresh(refreshToken))
  expect(servers.authorizationServer.counters()).toMatchObject({ refreshGrants: 2, replays: 1 })
})

test('the API says in a challenge why it answers 401 or 403', async () => {
  const { access_token: accessToken } = await client.signIn('ada')
  const challengeOf = async (response: Promise<Response>): Promise<string | null> =>
    (await response).headers.get('www-authenticate')
  expect(await challengeOf(client.callApi(undefined))).toBe('Bearer realm="demo"')
  expect(await challengeOf(client.callApi(`${accessToken}x`))).toContain('error="invalid_token"')
  expect(await challengeOf(client.callApi(accessToken, '/reports'))).toBe(
    'Bearer realm="demo", error="insufficient_scope", scope="reports:read"',
  )
  expect(servers.api.counters()).toEqual({ ok: 0, unauthorized: 2, forbidden: 1, tokens: 2 })
})

test('an access token is rejected once its second has come', async () => {
  await start({ accessTokenTtlSeconds: 1 })
  const { access_token: accessToken } = await client.signIn('ada')
  await expect
    .poll(async () => (await client.callApi(accessToken)).status, { timeout: 3_000 })
    .toBe(401)
})

test('revoked access tokens are rejected while the session goes on', async () => {
  const ada = await client.signIn('ada')
  const grace = await createPlainClient(servers).signIn('grace')
  await control(servers.issuer, 'revoke-access-tokens', { user: 'ada' })
  expect((await client.callApi(ada.access_token)).status).toBe(401)
  expect((await client.callApi(grace.access_token)).status).toBe(200)
  const renewed = await tokensOf(await client.refresh(ada.refresh_token))
  expect((await client.callApi(renewed.access_token)).status).toBe(200)
})

test('a revoked grant refuses the refresh token, and that is no replay', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  await control(servers.issuer, 'revoke-grants')
  expect((await client.refresh(refreshToken)).status).toBe(400)
  expect(servers.authorizationServer.counters()).toMatchObject({ replays: 0, sessions: 0 })
})

test('a revocation request ends the session', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const response = await fetch(`${servers.issuer}/token/revocation`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: servers.clientId, token: refreshToken }),
  })
  expect(response.status).toBe(200)
  expect(servers.authorizationServer.counters()).toMatchObject({ revocations: 1, sessions: 0 })
})

test('an API that rejects everything can hide why', async () => {
  const { access_token: accessToken } = await client.signIn('ada')
  servers.api.setFaults({ rejectAll: true, hideChallenge: true })
  const response = await client.callApi(accessToken)
  expect(response.status).toBe(401)
  expect(response.headers.get('access-control-expose-headers')).toBeNull()
})

test('the log of the API tells requests and tokens apart without holding a token', async () => {
  const { access_token: accessToken } = await client.signIn('ada')
  await client.callApi(accessToken, '/orders', { headers: { 'x-request-id': 'a' } })
  await client.callApi(accessToken, '/orders', { method: 'POST', body: 'two', headers: {} })
  const [read, write] = servers.api.log()
  expect(read).toMatchObject({ method: 'GET', status: 200, requestId: 'a', sub: 'ada' })
  expect(write).toMatchObject({ method: 'POST', status: 201, tokenHash: read?.tokenHash })
  expect(JSON.stringify(servers.api.log())).not.toContain(accessToken)
})

test('another origin gets neither tokens nor switches', async () => {
  const headers = { origin: 'http://localhost:1' }
  const body = new URLSearchParams({ client_id: servers.clientId, grant_type: 'refresh_token' })
  const token = await fetch(`${servers.issuer}/token`, { method: 'POST', headers, body })
  expect(token.headers.get('access-control-allow-origin')).toBeNull()
  const options = { method: 'POST', headers, body: '{}' }
  expect((await fetch(`${servers.issuer}/demo/revoke-grants`, options)).status).toBe(403)
})

test('without controls the counters are served and nothing else', async () => {
  await start({ controls: false })
  expect((await control(servers.issuer, 'revoke-grants')).status).toBe(404)
  const counters = await fetch(`${servers.apiOrigin}/demo/counters`)
  expect(await counters.json()).toEqual(servers.api.counters())
})

test('a port that is taken is replaced by a free one', async () => {
  const taken = Number(new URL(servers.pageOrigin).port)
  const others = await startDemoServers({ ports: { page: taken, issuer: 0, api: 0 } })
  expect(others.pageOrigin).not.toBe(servers.pageOrigin)
  await others.close()
})
