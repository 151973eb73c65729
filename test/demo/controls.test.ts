import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { createPlainClient } from './plain-client.ts'
import { startDemoServers, turn } from './start-demo-servers.ts'

let servers: Servers

beforeEach(async () => {
  servers = await startDemoServers()
})
afterEach(() => servers.close())

test('the grace window can be opened and closed while the server runs', async () => {
  const client = createPlainClient(servers)
  const first = await client.signIn('ada')
  await client.refresh(first.refresh_token)
  await turn(servers.issuer, 'grace', { ms: 60_000 })
  expect((await client.refresh(first.refresh_token)).status).toBe(200)
  await turn(servers.issuer, 'grace', { ms: 0 })
  expect((await client.refresh(first.refresh_token)).status).toBe(400)
})

test('grants and access tokens can be revoked by user and by client', async () => {
  const ours = createPlainClient(servers)
  const theirs = createPlainClient(servers, {
    clientId: servers.twentyLinesClientId,
    redirectPath: '/twenty-lines.html',
  })
  const graces = createPlainClient(servers)
  const our = await ours.signIn('ada')
  const their = await theirs.signIn('ada')
  const grace = await graces.signIn('grace')

  const whose = { user: 'ada', client: servers.clientId }
  await turn(servers.issuer, 'revoke-access-tokens', whose)
  expect((await ours.callApi(our.access_token)).status).toBe(401)
  expect((await theirs.callApi(their.access_token)).status).toBe(200)
  expect((await graces.callApi(grace.access_token)).status).toBe(200)

  await turn(servers.issuer, 'revoke-grants', whose)
  expect((await ours.refresh(our.refresh_token)).status).toBe(400)
  expect((await theirs.refresh(their.refresh_token)).status).toBe(200)
  expect((await graces.refresh(grace.refresh_token)).status).toBe(200)
})

test.for([
  ['misbehave', {}, '"when" has to be one of: before, after.'],
  [
    'misbehave',
    { when: 'before', kind: 'explode' },
    '"kind" has to be one of: reply, cut, hang, delay, alter.',
  ],
  [
    'misbehave',
    { when: 'before', kind: 'reply' },
    '"status" has to be a whole number from 200 up.',
  ],
  ['misbehave', { when: 'before', kind: 'reply', status: 700 }, '"status" has to be at most 599.'],
  [
    'misbehave',
    { when: 'before', kind: 'reply', status: 503, headers: { 'retry-after': 7 } },
    'The header "retry-after" has to be a text.',
  ],
  [
    'misbehave',
    { when: 'before', kind: 'cut', times: 0 },
    '"times" has to be a whole number from 1 up.',
  ],
  [
    'misbehave',
    { when: 'before', kind: 'cut', after: 1 },
    '"after" is not known here; expected: when, kind, times.',
  ],
  ['misbehave', { when: 'before', kind: 'alter' }, '"alter" needs "when": "after".'],
  [
    'misbehave',
    { when: 'after', kind: 'alter', remove: 'all' },
    '"remove" has to be a list of texts.',
  ],
  ['grace', { ms: -1 }, '"ms" has to be a whole number from 0 up.'],
  ['access-token-ttl', { seconds: '30' }, '"seconds" has to be a whole number from 1 up.'],
  ['revoke-grants', { user: 1 }, '"user" has to be a text.'],
  ['revoke-access-tokens', { clinet: 'x' }, '"clinet" is not known here; expected: user, client.'],
  ['revoke-grants', [], 'The input is not a JSON object.'],
  ['revoke-grants', '{', 'The input is not JSON.'],
] as const)('a wrong input of %s is refused: %j', async ([name, input, error]) => {
  await createPlainClient(servers).signIn('ada')
  const response = await turn(servers.issuer, name, input)
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error })
  expect(servers.authorizationServer.counters().sessions).toBe(1)
})

test('a wrong behaviour of the API is refused', async () => {
  const response = await turn(servers.apiOrigin, 'behave', { rejectAll: 'yes' })
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: '"rejectAll" has to be true or false.' })
})

test('a control that every object has by birth is none', async () => {
  expect((await turn(servers.issuer, 'constructor')).status).toBe(404)
})

test.for(['grace', 'misbehave', 'revoke-grants'])(
  'the pages of another origin cannot turn %s',
  async (name) => {
    const response = await turn(servers.issuer, name, {}, 'http://localhost:1')
    expect(response.status).toBe(403)
  },
)
