import { describe, expect, it } from 'vitest'
import { ConfigurationError, RefreshUnavailableError } from '../../src/core/errors.ts'
import { dpop } from '../../src/oauth/dpop.ts'
import { parseMetadata } from '../../src/oauth/server-metadata.ts'
import { createEndpointWith, refreshWith, request, sentToken, tokens } from './refresh-setup.ts'
import {
  clientId,
  createSilence,
  issuer,
  json,
  opaqueRedirect,
  page,
  type SentRequest,
} from './server-double.ts'

describe('createTokenEndpoint: the request', () => {
  it('is a form with the grant, the token and the client, each once, and nothing in the URL', async () => {
    const { endpoint, sent } = createEndpointWith(() => json(200, tokens))
    await endpoint.refresh(request)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe('https://as.example/token')
    expect(sent[0]?.init.method).toBe('POST')
    expect(sent[0]?.headers.get('content-type')).toMatch(/^application\/x-www-form-urlencoded/)
    expect(sent[0]?.headers.get('authorization')).toBeNull()
    expect([...(sent[0]?.parameters ?? [])].sort(byName)).toEqual([
      ['client_id', clientId],
      ['grant_type', 'refresh_token'],
      ['refresh_token', sentToken],
    ])
  })

  it('names scope, resource and audience where they are wanted', async () => {
    const { endpoint, sent } = createEndpointWith(() => json(200, tokens))
    const parameters = { scope: 'a b', resource: 'https://api.example', audience: 'api' }
    await endpoint.refresh({ ...request, parameters })
    expect(Object.fromEntries(sent[0]?.parameters ?? [])).toMatchObject(parameters)
  })

  it('is not sent without permission', async () => {
    const { endpoint, sent } = createEndpointWith(() => json(200, tokens))
    expect(await endpoint.refresh({ ...request, maySend: () => false })).toEqual({
      kind: 'withheld',
    })
    expect(sent).toEqual([])
  })

  it.each<[string, unknown, string]>([
    ['no token endpoint', { issuer }, 'METADATA_INVALID'],
    ['a token endpoint that is no URL', { issuer, token_endpoint: 'https://' }, 'METADATA_INVALID'],
    ['cleartext', { issuer, token_endpoint: 'http://as.example/token' }, 'INSECURE_ENDPOINT'],
    [
      'cleartext to a host that only looks like loopback',
      { issuer, token_endpoint: 'http://localhost.as.example/token' },
      'INSECURE_ENDPOINT',
    ],
    ['an issuer that is no URL', { issuer: 'as' }, 'METADATA_INVALID'],
  ])('is not sent with %s', async (_, server, code) => {
    const { endpoint, sent } = createEndpointWith(() => json(200, tokens), {
      // Whatever an app passes by value.
      metadata: async () => parseMetadata(server, 'https://app.example/'),
    })
    expect(await endpoint.refresh(request)).toMatchObject({
      kind: 'configuration',
      error: { code },
    })
    expect(sent).toEqual([])
  })

  it.each(['http://localhost:4000/token', 'http://127.0.0.1/token', 'http://[::1]:4000/token'])(
    'is sent to %s in cleartext',
    async (token_endpoint) => {
      const outcome = await refreshWith(() => json(200, tokens), {}, { issuer, token_endpoint })
      expect(outcome.kind).toBe('accepted')
    },
  )

  it('is not sent while the metadata cannot be had', async () => {
    const error = new RefreshUnavailableError('NETWORK', 'No metadata.', { outcome: 'not-sent' })
    const { endpoint, sent } = createEndpointWith(() => json(200, tokens), {
      metadata: () => Promise.reject(error),
    })
    await expect(endpoint.prepare()).rejects.toBe(error)
    expect(await endpoint.refresh(request)).toEqual({ kind: 'transient', error })
    expect(sent).toEqual([])
  })

  it('is not sent with metadata that do not do', async () => {
    const error = new ConfigurationError('METADATA_INVALID', 'No.')
    const { endpoint } = createEndpointWith(() => json(200, tokens), {
      metadata: () => Promise.reject(error),
    })
    expect(await endpoint.refresh(request)).toEqual({ kind: 'configuration', error })
  })

  it('ends after the bound', async () => {
    const { answer, asked } = createSilence()
    const { endpoint, clock } = createEndpointWith(answer)
    const outcome = endpoint.refresh(request)
    await asked
    clock.advance(10_000)
    expect(await outcome).toMatchObject({
      kind: 'transient',
      error: { code: 'TIMEOUT', outcome: 'unknown' },
    })
  })
})

describe('createTokenEndpoint: no reply', () => {
  const redirected = { kind: 'transient', error: { code: 'SERVER_UNAVAILABLE' } }

  it.each<[string, () => Response | Promise<Response>, Readonly<Record<string, unknown>>]>([
    ['a dead refresh token', () => json(400, { error: 'invalid_grant' }), { kind: 'rejected' }],
    [
      'a dead refresh token under a challenge',
      () => json(401, { error: 'invalid_grant' }, { 'www-authenticate': 'Bearer realm="as"' }),
      { kind: 'rejected', oauth: { error: 'invalid_grant', status: 401 } },
    ],
    [
      'a dead refresh token labelled as a problem',
      () => json(403, { error: 'invalid_grant' }, { 'content-type': 'application/problem+json' }),
      { kind: 'rejected', oauth: { status: 403 } },
    ],
    [
      'a dead refresh token as GitHub says it',
      () => json(200, { error: 'invalid_grant' }),
      { kind: 'rejected' },
    ],
    [
      'an unknown client under a challenge',
      () => json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="as"' }),
      { kind: 'configuration', error: { code: 'CLIENT_REJECTED', oauth: { status: 401 } } },
    ],
    [
      'too many requests',
      () => json(429, { error: 'rate_limited' }, { 'retry-after': '7' }),
      { kind: 'transient', retryAfterMs: 7_000, error: { code: 'SERVER_UNAVAILABLE' } },
    ],
    [
      'a server in trouble',
      () => page(503, { 'retry-after': '7' }),
      { kind: 'transient', retryAfterMs: 7_000, error: { outcome: 'answered' } },
    ],
    ['a redirect', opaqueRedirect, redirected],
    [
      'the page of a captive portal',
      () => page(200),
      { kind: 'transient', error: { code: 'RESPONSE_INVALID', outcome: 'unknown' } },
    ],
    [
      'a broken connection',
      () => Promise.reject(new TypeError('Failed to fetch')),
      { kind: 'transient', error: { code: 'NETWORK', outcome: 'unknown' } },
    ],
    [
      'a refusal without a word',
      () => new Response(null, { status: 400 }),
      { kind: 'refused', error: { code: 'REFUSED' } },
    ],
    [
      'a word nobody knows',
      () => json(400, { error: 'invalid_request' }),
      { kind: 'refused', error: { code: 'REFUSED', outcome: 'answered' } },
    ],
    [
      'a page in place of JSON',
      () => page(400),
      { kind: 'transient', error: { code: 'RESPONSE_INVALID', outcome: 'answered' } },
    ],
    [
      'no endpoint there',
      () => new Response(null, { status: 404 }),
      { kind: 'transient', error: { code: 'RESPONSE_INVALID', outcome: 'answered' } },
    ],
    [
      'nothing at all',
      () => new Response(null, { status: 204 }),
      { kind: 'transient', error: { code: 'RESPONSE_INVALID', outcome: 'unknown' } },
    ],
  ])('but %s', async (_, answer, expected) => {
    expect(await refreshWith(answer)).toMatchObject(expected)
  })

  it('but a word that this vendor has for a dead refresh token', async () => {
    const { endpoint } = createEndpointWith(() => json(400, { error: 'invalid_request' }), {
      spentRefreshToken: ['invalid_grant', 'invalid_request'],
    })
    expect((await endpoint.refresh(request)).kind).toBe('rejected')
  })

  const said = `what you sent, ${sentToken}, is not known`
  it.each<[string, () => Response | Promise<Response>]>([
    ['rejected', () => json(400, { error: 'invalid_grant', error_description: said })],
    ['configuration', () => json(401, { error: 'invalid_client', error_description: said })],
    ['refused', () => json(400, { error: sentToken, message: said })],
    ['transient', () => json(503, { error: 'server_error', error_description: said })],
    ['transient', () => new Response(said, { status: 400 })],
    ['transient', () => Promise.reject(new TypeError(said))],
    ['unusable', () => json(200, { ...tokens, token_type: 'mac', error_description: said })],
    ['unusable', () => json(200, { ...tokens, id_token: 'next-secret.access-secret.sent-secret' })],
  ])('and no token in any error: %s', async (kind, answer) => {
    const outcome = await refreshWith(answer)
    expect(outcome.kind).toBe(kind)
    // The new refresh token is what an unusable reply is there for.
    const { refreshToken: _, ...rest } = { refreshToken: '', ...outcome }
    const texts = [JSON.stringify(rest)]
    if ('error' in rest) {
      const { error } = rest
      texts.push(error.message, String(error), String(error.stack))
      expect(error.cause).toBeUndefined()
    }
    expect(texts.join('\n')).not.toMatch(/-secret/)
  })
})

describe('createTokenEndpoint with DPoP', () => {
  const bound = { ...tokens, token_type: 'DPoP' }

  async function createBoundEndpoint(answer: (sent: SentRequest) => Response) {
    const support = dpop()
    const senderKey = await support.createKeyPair()
    return { ...createEndpointWith(answer, { dpop: support }), senderKey }
  }

  it('sends a proof made with the key of the session', async () => {
    const { endpoint, sent, senderKey } = await createBoundEndpoint(() => json(200, bound))
    const outcome = await endpoint.refresh({ ...request, senderKey })
    expect(outcome).toMatchObject({ kind: 'accepted', reply: { tokenType: 'DPoP' } })
    expect(sent[0]?.headers.get('dpop')).toMatch(/^eyJ/)
  })

  it.each([undefined, null, 'key', {}, { privateKey: {}, publicKey: {} }])(
    'sends nothing when the key is %j',
    async (senderKey) => {
      const { endpoint, sent } = await createBoundEndpoint(() => json(200, bound))
      expect(await endpoint.refresh({ ...request, senderKey })).toEqual({ kind: 'key-lost' })
      expect(sent).toEqual([])
    },
  )

  it.each([400, 401])('asks to be called again when a nonce is wanted with %i', async (status) => {
    const { endpoint, sent, senderKey } = await createBoundEndpoint(({ headers }) =>
      proofOf(headers)['nonce'] === 'nonce-1'
        ? json(200, bound)
        : json(
            status,
            { error: 'use_dpop_nonce' },
            { 'dpop-nonce': 'nonce-1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
          ),
    )
    expect(await endpoint.refresh({ ...request, senderKey })).toEqual({ kind: 'nonce-required' })
    expect(sent).toHaveLength(1)
    expect((await endpoint.refresh({ ...request, senderKey })).kind).toBe('accepted')
    const [first, second] = sent.map(({ headers }) => proofOf(headers)['jti'])
    expect(first).not.toBe(second)
  })

  it('remembers the nonce that an answer names which was filed before', async () => {
    const { endpoint, sent, senderKey } = await createBoundEndpoint(() => json(200, bound))
    const headers = { 'content-type': 'application/json', 'dpop-nonce': 'filed' }
    const filed = { status: 200, headers, body: JSON.stringify(bound), receivedAt: 0 }
    expect((await endpoint.refresh({ ...request, senderKey, filed })).kind).toBe('accepted')
    expect(sent).toEqual([])
    await endpoint.refresh({ ...request, senderKey })
    expect(sent.map(({ headers: of }) => proofOf(of)['nonce'])).toEqual(['filed'])
  })

  it('has no use for a bearer token, but saves the refresh token', async () => {
    const { endpoint, senderKey } = await createBoundEndpoint(() => json(200, tokens))
    expect(await endpoint.refresh({ ...request, senderKey })).toMatchObject({
      kind: 'unusable',
      refreshToken: 'next-secret',
    })
  })

  it('waits when its proof is refused, which is what a wrong clock does', async () => {
    const { endpoint, senderKey } = await createBoundEndpoint(() =>
      json(400, { error: 'invalid_dpop_proof' }),
    )
    expect((await endpoint.refresh({ ...request, senderKey })).kind).toBe('transient')
  })
})

describe('createTokenEndpoint: revocation', () => {
  it('goes to the revocation endpoint of the same server', async () => {
    const { endpoint, sent } = createEndpointWith(() => new Response(null, { status: 200 }))
    await endpoint.revoke('orphan-secret')
    expect(sent.map(({ url }) => url)).toEqual(['https://as.example/revoke'])
    expect(sent[0]?.parameters.get('token')).toBe('orphan-secret')
  })
})

function byName([first]: [string, string], [second]: [string, string]): number {
  return first < second ? -1 : 1
}

function proofOf(headers: Headers): Record<string, unknown> {
  const [, payload = ''] = (headers.get('dpop') ?? '').split('.')
  const proof: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return typeof proof === 'object' && proof !== null ? { ...proof } : {}
}
