import { afterEach, expect, test } from 'vitest'
import type { Servers } from '../../../demo/servers.ts'
import { vendorNamed } from '../../../demo/vendors/vendors.ts'
import type { VendorName } from '../../../demo/vendors/vendors.ts'
import { createPlainClient } from '../plain-client.ts'
import type { PlainClient } from '../plain-client.ts'
import { startDemoServers } from '../start-demo-servers.ts'

let servers: Servers
let client: PlainClient
afterEach(() => servers.close())

async function start(authorizationServer: VendorName): Promise<void> {
  servers = await startDemoServers({ authorizationServer })
  client = createPlainClient(servers)
}

async function answerOf(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() }
}

/** A request with this body, whatever the vendor wants. */
function post(type: string | undefined, body: string, path?: string): Promise<Response> {
  const token = vendorNamed(servers.vendor.name)?.paths.token ?? ''
  return fetch(servers.issuer + (path ?? token), {
    method: 'POST',
    headers: { ...(type !== undefined && { 'content-type': type }) },
    body: new TextEncoder().encode(body),
  })
}

type Answer = { readonly status: number; readonly body: object }

const oauth = (error: string, error_description: string): Answer => ({
  status: error === 'invalid_client' ? 401 : 400,
  body: { error, error_description },
})
const auth0 = (error_description: string): Answer => ({
  status: 403,
  body: { error: 'invalid_grant', error_description },
})
const mercadoPago = (error: string, message: string): Answer => ({
  status: 400,
  body: { message, error, status: 400, cause: [] },
})

const names = [
  'auth0',
  'auth0-rotating',
  'wso2-rotating',
  'wso2-reusing',
  'daily-pay',
  'daily-pay-secret',
  'mercado-pago',
] as const

const unknownRefreshToken: Readonly<Record<VendorName, Answer>> = {
  auth0: auth0('Unknown or invalid refresh token.'),
  'auth0-rotating': auth0('Unknown or invalid refresh token.'),
  'wso2-rotating': oauth('invalid_grant', 'Persisted access token data not found'),
  'wso2-reusing': oauth('invalid_grant', 'Persisted access token data not found'),
  'daily-pay': oauth('invalid_grant', 'The refresh token is not good.'),
  'daily-pay-secret': oauth('invalid_grant', 'The refresh token is not good.'),
  'mercado-pago': mercadoPago(
    'invalid_grant',
    'Error validating grant. Your refresh token may be expired or it was already used.',
  ),
}

test.for(names)('%s: a refresh token that nobody knows', async (name) => {
  await start(name)
  expect(await answerOf(await client.refresh('no-token'))).toEqual(unknownRefreshToken[name])
  expect(servers.authorizationServer.counters()).toMatchObject({ refreshRefused: 1, replays: 0 })
})

test.for(names)('%s: the refresh token of another client', async (name) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const theirs = createPlainClient(servers, {
    clientId: servers.twentyLinesClientId,
    redirectPath: '/twenty-lines.html',
  })
  expect(await answerOf(await theirs.refresh(refreshToken))).toEqual(unknownRefreshToken[name])
  expect((await client.refresh(refreshToken)).status).toBe(200)
})

test.for(names)('%s: a session that was ended at the server', async (name) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  servers.authorizationServer.revokeGrants({ user: 'ada' })
  expect(await answerOf(await client.refresh(refreshToken))).toEqual(unknownRefreshToken[name])
  expect(servers.authorizationServer.counters()).toMatchObject({ replays: 0, sessions: 0 })
})

const unknownCode: Readonly<Partial<Record<VendorName, Answer>>> = {
  auth0: auth0('Invalid authorization code'),
  'auth0-rotating': auth0('Invalid authorization code'),
  'mercado-pago': mercadoPago(
    'invalid_grant',
    'Error validating grant. Your authorization code may be expired or it was already used.',
  ),
}

test.for(names)('%s: a code is good once, and coming back ends what it led to', async (name) => {
  await start(name)
  const callback = await client.choose('ada', await client.authorize())
  const tokens = await client.redeem(callback)
  expect((await client.callApi(tokens.access_token)).status).toBe(200)
  const again = await client.redeem(callback)
  expect(again).toEqual((unknownCode[name] ?? oauth('invalid_grant', 'The code is not good.')).body)
  expect((await client.callApi(tokens.access_token)).status).toBe(401)
  expect(await answerOf(await client.refresh(tokens.refresh_token))).toEqual(
    unknownRefreshToken[name],
  )
})

test.for([
  { redirect_uri: 'http://localhost:1/callback' },
  { code_verifier: 'another-verifier-that-is-long-enough-for-the-rules' },
  { code: 'no-code' },
])('a code is refused with %j, and is used up', async (change) => {
  await start('daily-pay')
  const callback = await client.choose('ada', await client.authorize())
  const refused = await client.tokenRequest({
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: `${servers.pageOrigin}/callback`,
    code_verifier: 'x'.repeat(43),
    ...change,
  })
  expect(await answerOf(refused)).toEqual(oauth('invalid_grant', 'The code is not good.'))
  const isUsedUp = change.code === undefined
  expect('access_token' in (await client.redeem(callback))).toBe(!isUsedUp)
})

test.for(['code', 'code_verifier'] as const)('a code request without %s', async (missing) => {
  await start('wso2-rotating')
  const request = { grant_type: 'authorization_code', code: 'c', code_verifier: 'v', [missing]: '' }
  const answer = await answerOf(await client.tokenRequest(request))
  expect(answer).toEqual(oauth('invalid_request', `${missing} is missing.`))
})

test.for([
  ['auth0', oauth('invalid_scope', 'The scope is wider than what was granted.')],
  ['wso2-rotating', oauth('invalid_scope', 'The scope is wider than what was granted.')],
  ['daily-pay', oauth('invalid_scope', 'The scope is wider than what was granted.')],
  ['mercado-pago', mercadoPago('invalid_scope', 'The scope is wider than what was granted.')],
] as const)('%s: a wider scope is refused, and spends nothing', async ([name, expected]) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const request = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: 'admin' }
  expect(await answerOf(await client.tokenRequest(request))).toEqual(expected)
  expect((await client.refresh(refreshToken)).status).toBe(200)
})

const hyphen = 'grant_type must be authorization_code or refresh_token'
test.for(names)('%s: the grant is spelled with an underscore', async (name) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const request = { grant_type: 'refresh-token', refresh_token: refreshToken }
  const isMercadoPago = name === 'mercado-pago'
  expect(await answerOf(await client.tokenRequest(request))).toEqual(
    isMercadoPago
      ? mercadoPago('unsupported_grant_type', hyphen)
      : oauth('unsupported_grant_type', 'The grant is not known here.'),
  )
  expect((await client.refresh(refreshToken)).status).toBe(200)
})

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'
const wrongEncodings = [
  ['auth0', 'text/plain', `The body has to be ${json} or ${form}.`],
  ['wso2-rotating', json, `The body has to be ${form}.`],
  ['daily-pay', json, `The body has to be ${form}.`],
  ['daily-pay', undefined, `The body has to be ${form}.`],
  ['mercado-pago', form, `The body has to be ${json}.`],
] as const
test.for(wrongEncodings)('%s: a body that is %s is refused', async ([name, type, words]) => {
  await start(name)
  const expected = name === 'mercado-pago' ? mercadoPago : oauth
  const response = await post(type, 'grant_type=refresh_token')
  expect(await answerOf(response)).toEqual(expected('invalid_request', words))
})

test('auth0: a form is taken too, with a charset', async () => {
  await start('auth0')
  const { refresh_token } = await client.signIn('ada')
  const { clientId: client_id } = servers
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id, refresh_token })
  const response = await post(`${form};charset=UTF-8`, body.toString())
  expect(response.status).toBe(200)
})

test.for([
  ['wso2-rotating', 'scope=a&scope=b', 'A parameter is there twice.'],
  ['wso2-rotating', 'client_id=x', 'grant_type is missing.'],
  ['wso2-rotating', 'grant_type=refresh_token', 'client_id is missing.'],
  ['wso2-rotating', 'grant_type=refresh_token&client_id=', 'client_id is missing.'],
  [
    'wso2-rotating',
    'grant_type=refresh_token&client_id=tokenring-demo',
    'refresh_token is missing.',
  ],
  ['auth0', '{"grant_type": "refresh_token",}', 'The body is not a JSON object.'],
  ['auth0', '[]', 'The body is not a JSON object.'],
  ['auth0', '{"grant_type": 1}', 'grant_type has to be a text.'],
] as const)('%s: the body %s is refused', async ([name, body, words]) => {
  await start(name)
  const response = await post(name === 'auth0' ? json : form, body)
  expect(await answerOf(response)).toEqual(oauth('invalid_request', words))
})

test('the sample of Mercado Pago, comma and all, is no JSON', async () => {
  await start('mercado-pago')
  const response = await post(json, '{\n "grant_type": "refresh-token",\n}')
  expect(await answerOf(response)).toEqual(
    mercadoPago('invalid_request', 'The body is not a JSON object.'),
  )
})

test('parameters in the address are refused', async () => {
  await start('wso2-rotating')
  const response = await post(form, 'grant_type=refresh_token', '/oauth2/token?client_id=x')
  expect(await answerOf(response)).toEqual(
    oauth('invalid_request', 'Parameters belong into the body.'),
  )
})

const failed = 'Client authentication failed.'
test.for([
  ['auth0', { client_id: 'nobody' }, oauth('invalid_client', failed)],
  ['wso2-reusing', { client_secret: 'a-secret' }, oauth('invalid_client', failed)],
  ['daily-pay', { client_secret: 'a-secret' }, oauth('invalid_client', failed)],
  ['daily-pay-secret', { client_secret: '' }, oauth('invalid_client', failed)],
  ['daily-pay-secret', { client_secret: 'wrong' }, oauth('invalid_client', failed)],
  ['mercado-pago', { client_secret: '' }, mercadoPago('invalid_client', failed)],
  ['mercado-pago', { client_secret: 'wrong' }, mercadoPago('invalid_client', failed)],
] as const)('%s: a client that shows %j is refused', async ([name, credentials, expected]) => {
  await start(name)
  const { refresh_token: refreshToken } = await client.signIn('ada')
  const request = { grant_type: 'refresh_token', refresh_token: refreshToken, ...credentials }
  expect(await answerOf(await client.tokenRequest(request))).toEqual(expected)
  expect((await client.refresh(refreshToken)).status).toBe(200)
})

test.for(names)('%s: credentials in a header are refused', async (name) => {
  await start(name)
  const token = vendorNamed(name)?.paths.token ?? ''
  const isJson = name === 'mercado-pago'
  const response = await fetch(servers.issuer + token, {
    method: 'POST',
    headers: { authorization: 'Basic eDp5', 'content-type': isJson ? json : form },
    body: isJson ? '{}' : '',
  })
  const words = 'Credentials belong into the body.'
  const expected = isJson ? mercadoPago('invalid_client', words) : oauth('invalid_client', words)
  expect(await answerOf(response)).toEqual(expected)
})

test.for(names)(
  '%s: the token endpoint takes POST only, and other paths are not there',
  async (name) => {
    await start(name)
    const token = vendorNamed(name)?.paths.token ?? ''
    expect((await fetch(servers.issuer + token)).status).toBe(405)
    expect((await fetch(`${servers.issuer}/token`, { method: 'POST', body: '' })).status).toBe(404)
    expect((await fetch(servers.issuer)).status).toBe(404)
  },
)
