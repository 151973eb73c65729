import { afterEach, expect, test } from 'vitest'
import type { Servers } from '../../../demo/servers.ts'
import type { VendorName } from '../../../demo/vendors/vendors.ts'
import { createPlainClient } from '../plain-client.ts'
import type { PlainClient, TokenReply } from '../plain-client.ts'
import { startDemoServers, turn } from '../start-demo-servers.ts'

let servers: Servers
let client: PlainClient
afterEach(() => servers.close())

async function start(authorizationServer: VendorName): Promise<void> {
  servers = await startDemoServers({ authorizationServer })
  client = createPlainClient(servers)
}

const rotating = [
  ['auth0-rotating', 403],
  ['wso2-rotating', 400],
  ['daily-pay', 400],
  ['daily-pay-secret', 400],
  ['mercado-pago', 400],
] as const

test.for(rotating)('%s: a spent refresh token ends the whole family', async ([name, status]) => {
  await start(name)
  const other = await createPlainClient(servers).signIn('ada')
  const first = await client.signIn('ada')
  const second = (await (await client.refresh(first.refresh_token)).json()) as TokenReply
  for (const refreshToken of [first.refresh_token, second.refresh_token]) {
    const refused = await client.refresh(refreshToken)
    expect(refused.status).toBe(status)
    expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })
  }
  expect(servers.authorizationServer.counters()).toMatchObject({
    refreshGrants: 1,
    refreshRefused: 2,
    replays: 1,
    sessions: 1,
  })
  expect((await client.refresh(other.refresh_token)).status).toBe(200)
})

test.for(rotating)('%s: of ten refreshes at the same moment one succeeds', async ([name]) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  await turn(servers.issuer, 'revoke-access-tokens')
  const replies = await Promise.all(Array.from({ length: 10 }, () => client.refresh(refreshToken)))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(servers.authorizationServer.counters()).toMatchObject({
    refreshGrants: 1,
    replays: 9,
    expiries: 1,
    sessions: 0,
  })
})

test.for(rotating)('%s: within a grace a spent refresh token is taken again', async ([name]) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  await client.refresh(refreshToken)
  servers.authorizationServer.setRefreshTokenGrace(60_000)
  expect((await client.refresh(refreshToken)).status).toBe(200)
  expect(servers.authorizationServer.counters()).toMatchObject({
    refreshGrants: 2,
    refreshRefused: 0,
    replays: 1,
    sessions: 1,
  })
})

test.for(['auth0', 'wso2-reusing'] as const)(
  '%s: ten refreshes with one refresh token are ten grants and no replay',
  async (name) => {
    await start(name)
    const { refresh_token: refreshToken } = await client.signIn('ada')
    await turn(servers.issuer, 'revoke-access-tokens')
    for (let tab = 0; tab < 10; tab += 1) {
      expect((await client.refresh(refreshToken)).status).toBe(200)
    }
    expect(servers.authorizationServer.counters()).toMatchObject({
      refreshGrants: 10,
      replays: 0,
      expiries: 1,
      sessions: 1,
    })
  },
)

test.for(['auth0', 'wso2-rotating', 'daily-pay'] as const)(
  '%s: a revocation ends the session of the client that asks for it',
  async (name) => {
    await start(name)
    const { refresh_token: token } = await client.signIn('ada')
    const path = name === 'auth0' ? '/oauth/revoke' : '/oauth2/revoke'
    const revoke = (parameters: Record<string, string>): Promise<Response> =>
      fetch(servers.issuer + path, { method: 'POST', body: new URLSearchParams(parameters) })

    expect((await revoke({ token })).status).toBe(400)
    expect((await revoke({ token, client_id: 'nobody' })).status).toBe(401)
    const { clientId, twentyLinesClientId } = servers
    expect((await revoke({ token, client_id: twentyLinesClientId })).status).toBe(200)
    expect(servers.authorizationServer.counters().sessions).toBe(1)
    expect((await revoke({ token, client_id: clientId })).status).toBe(200)
    expect((await revoke({ token: 'none', client_id: clientId })).status).toBe(200)
    expect(servers.authorizationServer.counters()).toMatchObject({ sessions: 0 })
    expect(servers.authorizationServer.counters(twentyLinesClientId).revocations).toBe(1)
  },
)

test('access tokens can be revoked by user, and one alone', async () => {
  await start('wso2-rotating')
  const ada = await client.signIn('ada')
  const grace = await createPlainClient(servers).signIn('grace')
  await turn(servers.issuer, 'revoke-access-tokens', { user: 'ada' })
  expect((await client.callApi(ada.access_token)).status).toBe(401)
  expect((await client.callApi(grace.access_token)).status).toBe(200)
  const body = new URLSearchParams({ token: grace.access_token, client_id: servers.clientId })
  await fetch(`${servers.issuer}/oauth2/revoke`, { method: 'POST', body })
  expect((await client.callApi(grace.access_token)).status).toBe(401)
  expect((await client.refresh(grace.refresh_token)).status).toBe(200)
  expect(servers.authorizationServer.isAccessTokenRevoked(ada.access_token)).toBe(true)
})
