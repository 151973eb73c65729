import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { createPlainClient } from './plain-client.ts'
import { startDemoServers, turn } from './start-demo-servers.ts'

let servers: Servers

beforeEach(async () => {
  servers = await startDemoServers()
})
afterEach(() => servers.close())

const settings = (): object => ({
  fault: servers.authorizationServer.fault(),
  graceMs: servers.authorizationServer.refreshTokenGraceMs(),
  openerPolicy: servers.authorizationServer.openerPolicy(),
  rejectAll: servers.api.faults().rejectAll,
})
const usual = { fault: undefined, graceMs: 0, openerPolicy: undefined, rejectAll: false }

test('the grace window is open as long as the request that asked for it', async () => {
  const client = createPlainClient(servers)
  const first = await client.signIn('ada')
  await client.refresh(first.refresh_token)
  const held = await turn(servers.issuer, 'grace', { ms: 60_000 })
  expect((await client.refresh(first.refresh_token)).status).toBe(200)
  await held.body?.cancel()
  await expect.poll(settings).toEqual(usual)
  expect((await client.refresh(first.refresh_token)).status).toBe(400)
})

test.for([
  ['fault', 'issuer', { when: 'before', kind: 'hang' }],
  ['grace', 'issuer', { ms: 9 }],
  ['opener-policy', 'issuer', { policy: 'same-origin' }],
  ['access-token-ttl', 'issuer', { seconds: 9 }],
  ['fault', 'apiOrigin', { rejectAll: true }],
] as const)('%s of %s is over when its release is answered', async ([name, at, input]) => {
  const before = settings()
  const held = await turn(servers[at], `${name}?hold=mine`, input)
  if (name !== 'access-token-ttl') expect(settings()).not.toEqual(before)
  expect((await turn(servers[at], 'release', { hold: 'another' })).status).toBe(200)
  if (name !== 'access-token-ttl') expect(settings()).not.toEqual(before)
  expect((await turn(servers[at], 'release', { hold: 'mine' })).status).toBe(200)
  expect(settings()).toEqual(usual)
  // And so is the answer to the request that asked for it.
  expect(await held.json()).toEqual(expect.any(Object))
})

test('of several that last the newest counts, and each ends on its own', async () => {
  const graceMs = (): number => servers.authorizationServer.refreshTokenGraceMs()
  const first = await turn(servers.issuer, 'grace?hold=first', { ms: 1 })
  const second = await turn(servers.issuer, 'grace?hold=second', { ms: 2 })
  expect(graceMs()).toBe(2)
  await turn(servers.issuer, 'release', { hold: 'first' })
  expect(graceMs()).toBe(2)
  await turn(servers.issuer, 'release', { hold: 'second' })
  expect(graceMs()).toBe(0)
  await Promise.all([first.text(), second.text()])
})

test('who goes away before the answer leaves nothing', async () => {
  const leaving = new AbortController()
  const body = JSON.stringify({ ms: 60_000 })
  const asked = fetch(`${servers.issuer}/demo/grace`, {
    method: 'POST',
    body,
    signal: leaving.signal,
  })
  leaving.abort()
  await expect(asked).rejects.toThrow('aborted')
  await turn(servers.issuer, 'reset-counters')
  await expect.poll(settings).toEqual(usual)
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
  ['fault', {}, '"when" has to be one of: before, after.'],
  [
    'fault',
    { when: 'before', kind: 'explode' },
    '"kind" has to be one of: reply, cut, hang, delay, alter.',
  ],
  ['fault', { when: 'before', kind: 'reply' }, '"status" has to be a whole number from 200 up.'],
  ['fault', { when: 'before', kind: 'reply', status: 700 }, '"status" has to be at most 599.'],
  [
    'fault',
    { when: 'before', kind: 'reply', status: 503, headers: { 'retry-after': 7 } },
    'The header "retry-after" has to be a text.',
  ],
  [
    'fault',
    { when: 'before', kind: 'cut', times: 0 },
    '"times" has to be a whole number from 1 up.',
  ],
  [
    'fault',
    { when: 'before', kind: 'cut', after: 1 },
    '"after" is not known here; expected: when, kind, times.',
  ],
  ['fault', { when: 'before', kind: 'alter' }, '"alter" needs "when": "after".'],
  ['fault', { when: 'after', kind: 'alter', remove: 'all' }, '"remove" has to be a list of texts.'],
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

test('a wrong fault of the API is refused', async () => {
  const response = await turn(servers.apiOrigin, 'fault', { rejectAll: 'yes' })
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({ error: '"rejectAll" has to be true or false.' })
})

test('a control that every object has by birth is none', async () => {
  expect((await turn(servers.issuer, 'constructor')).status).toBe(404)
})

test.for(['grace', 'fault', 'revoke-grants'])(
  'the pages of another origin cannot turn %s',
  async (name) => {
    const response = await turn(servers.issuer, name, {}, 'http://localhost:1')
    expect(response.status).toBe(403)
  },
)
