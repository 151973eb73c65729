import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { createPlainClient, tokensOf } from './plain-client.ts'
import type { PlainClient } from './plain-client.ts'
import { startDemoServers, turn } from './start-demo-servers.ts'

let servers: Servers
let client: PlainClient

beforeEach(async () => {
  servers = await startDemoServers()
  client = createPlainClient(servers)
})
afterEach(() => servers.close())

test.for([
  { kind: 'reply', status: 503, headers: { 'Retry-After': '7' } },
  {
    kind: 'reply',
    status: 200,
    headers: { 'Content-Type': 'text/html' },
    body: '<h1>Welcome</h1>',
  },
] as const)('a reply instead of processing spends nothing: $status', async (reply) => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const fault = { when: 'before', times: 1, ...reply }
  const held = await turn(servers.issuer, 'fault', fault, servers.pageOrigin)
  const faulty = await client.refresh(refreshToken)
  expect(faulty.status).toBe(reply.status)
  expect(faulty.headers.get('access-control-allow-origin')).toBe(servers.pageOrigin)
  for (const [name, value] of Object.entries(reply.headers)) {
    expect(faulty.headers.get(name)).toBe(value)
  }
  await tokensOf(await client.refresh(refreshToken))
  expect(servers.authorizationServer.counters()).toMatchObject({ tokenRequests: 3, replays: 0 })
  await held.body?.cancel()
})

test.for(['before', 'after'] as const)(
  'a connection cut %s processing loses the reply, and only "after" spends the token',
  async (when) => {
    const { refresh_token: refreshToken } = await client.signIn('ada')
    servers.authorizationServer.setFault({ kind: 'cut', when, times: 1 })
    const reply = await client.refresh(refreshToken)
    await expect(reply.text()).rejects.toThrow('terminated')
    const spent = when === 'after' ? 1 : 0
    expect(servers.authorizationServer.counters().refreshGrants).toBe(spent)
    expect((await client.refresh(refreshToken)).status).toBe(spent ? 400 : 200)
  },
)

test('a hanging token endpoint never answers', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  servers.authorizationServer.setFault({ kind: 'hang', when: 'after' })
  const waiting = client.refresh(refreshToken)
  await expect.poll(() => servers.authorizationServer.counters().refreshGrants).toBe(1)
  const first = await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve))])
  expect(first).toBeUndefined()
  await Promise.all([expect(waiting).rejects.toThrow('fetch failed'), servers.close()])
})

test('an altered reply is the true one with other members', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  servers.authorizationServer.setFault({
    kind: 'alter',
    when: 'after',
    set: { expires_in: null },
    remove: ['token_type'],
  })
  const altered = await (await client.refresh(refreshToken)).json()
  expect(altered).toMatchObject({ expires_in: null, access_token: expect.any(String) as string })
  expect(altered).not.toHaveProperty('token_type')
})

test('a slow request whose client has gone away meanwhile is not processed', async () => {
  const { refresh_token: refreshToken } = await client.signIn('ada')
  servers.authorizationServer.setFault({ kind: 'delay', when: 'before', ms: 300, times: 2 })
  const leaving = new AbortController()
  const left = client.refresh(refreshToken, leaving.signal)
  await expect.poll(() => servers.authorizationServer.counters().tokenRequests).toBe(2)
  leaving.abort()
  await expect(left).rejects.toThrow('aborted')
  // It comes later and is delayed as long, so the first one would be through by then.
  await tokensOf(await client.refresh(refreshToken))
  expect(servers.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
})
