import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { createPlainClient } from './plain-client.ts'
import type { PlainClient } from './plain-client.ts'
import { startDemoServers, turn } from './start-demo-servers.ts'

let servers: Servers
let client: PlainClient
let twentyLines: PlainClient

beforeEach(async () => {
  servers = await startDemoServers()
  client = createPlainClient(servers)
  twentyLines = createPlainClient(servers, {
    clientId: servers.twentyLinesClientId,
    redirectPath: '/twenty-lines.html',
  })
})
afterEach(() => servers.close())

async function countersOf(origin: string, clientId: string): Promise<unknown> {
  return (await fetch(`${origin}/demo/counters?client=${clientId}`)).json()
}

test('each client is counted by itself', async () => {
  const ours = await client.signIn('ada')
  const theirs = await twentyLines.signIn('ada')
  await twentyLines.refresh(theirs.refresh_token)
  await twentyLines.refresh(theirs.refresh_token)

  const { issuer, clientId, twentyLinesClientId } = servers
  expect(await countersOf(issuer, clientId)).toMatchObject({
    tokenRequests: 1,
    codeGrants: 1,
    refreshGrants: 0,
    replays: 0,
    sessions: 1,
  })
  expect(await countersOf(issuer, twentyLinesClientId)).toMatchObject({
    tokenRequests: 3,
    codeGrants: 1,
    refreshGrants: 1,
    refreshRefused: 1,
    replays: 1,
    sessions: 0,
  })
  expect(servers.authorizationServer.counters()).toEqual(await countersOf(issuer, clientId))
  expect((await client.refresh(ours.refresh_token)).status).toBe(200)
})

test('the API tells clients apart by their tokens, also by those that it rejects', async () => {
  const ours = await client.signIn('ada')
  const theirs = await twentyLines.signIn('ada')
  await client.callApi(ours.access_token)
  servers.api.setFaults({ rejectAll: true })
  await client.callApi(undefined)
  await twentyLines.callApi(theirs.access_token)
  await twentyLines.callApi('undefined')

  const { apiOrigin, clientId, twentyLinesClientId } = servers
  expect(await countersOf(apiOrigin, clientId)).toMatchObject({ ok: 1, unauthorized: 1, tokens: 1 })
  expect(await countersOf(apiOrigin, twentyLinesClientId)).toMatchObject({
    ok: 0,
    unauthorized: 1,
    tokens: 1,
  })
  expect(servers.api.counters()).toEqual(await countersOf(apiOrigin, clientId))
})

test('signing in twice with one grant is one session', async () => {
  await client.signIn('ada')
  await client.redeem(await client.authorize())
  expect(servers.authorizationServer.counters()).toMatchObject({ codeGrants: 2, sessions: 1 })
})

test('ten tabs that each refresh on one expiry are one expiry and ten grants', async () => {
  servers.authorizationServer.setRefreshTokenGrace(60_000)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  await turn(servers.issuer, 'revoke-access-tokens')
  for (let tab = 0; tab < 10; tab += 1) await client.refresh(refreshToken)
  expect(servers.authorizationServer.counters()).toMatchObject({ expiries: 1, refreshGrants: 10 })
})

test('ten tabs of which nine replay a spent refresh token see one expiry', async () => {
  const { refresh_token: refreshToken } = await twentyLines.signIn('ada')
  await turn(servers.issuer, 'revoke-access-tokens')
  await Promise.all(Array.from({ length: 10 }, () => twentyLines.refresh(refreshToken)))
  const counters = servers.authorizationServer.counters(servers.twentyLinesClientId)
  expect(counters).toMatchObject({ expiries: 1, replays: 9 })
  expect(servers.authorizationServer.counters().expiries).toBe(0)
})

test('a refresh while the access token is young and good is no expiry', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  await client.refresh(refreshToken)
  expect(servers.authorizationServer.counters()).toMatchObject({ expiries: 0, refreshGrants: 1 })
})
