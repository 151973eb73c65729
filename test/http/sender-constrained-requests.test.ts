import { describe, expect, it } from 'vitest'
import { disposedError, type DisposedError } from '../../src/core/errors.ts'
import type { ProofSender } from '../../src/core/proof-sender.ts'
import { unauthorized } from './api-double.ts'
import { authorizationsOf, bound, server, setUp, url } from './authorized-fetch-setup.ts'

describe('a sender-constrained token', () => {
  /** Numbers its proofs, and wants a nonce where the response says so. */
  function createProof(): ProofSender<Response> & { readonly proven: unknown[] } {
    const proven: unknown[] = []
    const headersFor = (accessToken: string) => ({
      authorization: `DPoP ${accessToken}`,
      dpop: `proof ${proven.length}`,
    })
    return {
      proven,
      async send(request, dispatch) {
        proven.push(request)
        const response = await dispatch(headersFor(request.accessToken))
        return { response, nonceRequired: response.headers.has('dpop-nonce') }
      },
      async proofHeaders(request) {
        proven.push(request)
        return headersFor(request.accessToken)
      },
    }
  }

  it('is not sent as a bearer token where nobody makes proofs', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response(), { first: bound('first') })
    await expect(authorizedFetch(url)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(sent).toEqual([])
  })

  it('is sent with a proof for this method and this address', async () => {
    const proof = createProof()
    const { authorizedFetch, sent } = setUp(() => new Response(), { first: bound('first'), proof })
    await authorizedFetch(`${url}?page=2`, { method: 'DELETE', headers: { accept: 'text/plain' } })
    expect(proof.proven).toEqual([
      { keyPair: 'key pair', accessToken: 'first', method: 'DELETE', url: `${url}?page=2` },
    ])
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      accept: 'text/plain',
      authorization: 'DPoP first',
      dpop: 'proof 1',
    })
  })

  it('follows none where its server forbids them, whatever the caller says', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response(), {
      first: bound('first'),
      proof: createProof(),
      resourceServers: [{ url: server, redirect: 'error' }],
    })
    await authorizedFetch(url, { redirect: 'follow' })
    expect(sent[0]?.redirect).toBe('error')
  })

  it.each<[string, RequestInfo, RequestInit | undefined, RequestRedirect]>([
    ['by default', url, undefined, 'error'],
    ['by default, as a Request', new Request(url), undefined, 'error'],
    ['by default, as a Request in the place of init', url, new Request(url), 'error'],
    ['unless told otherwise', url, { redirect: 'follow' }, 'follow'],
    ['unless told otherwise of a Request', new Request(url), { redirect: 'follow' }, 'follow'],
    ['unless told to do it by hand', url, { redirect: 'manual' }, 'manual'],
    ['unless a Request says so', new Request(url, { redirect: 'manual' }), undefined, 'manual'],
  ])('follows no redirect %s', async (_, input, init, redirect) => {
    const { authorizedFetch, sent } = setUp(() => new Response(), {
      first: bound('first'),
      proof: createProof(),
    })
    await authorizedFetch(input, init)
    expect(sent[0]?.redirect).toBe(redirect)
  })

  it('is wanted by the app: a bearer token is not sent in its place', async () => {
    const { authorizedFetch, authorizationHeaders, sent } = setUp(() => new Response(), {
      proof: createProof(),
    })
    const refused = { name: 'ConfigurationError', code: 'UNSUPPORTED' }
    await expect(authorizedFetch(url)).rejects.toMatchObject(refused)
    await expect(authorizationHeaders(url)).rejects.toMatchObject(refused)
    expect(sent).toEqual([])
  })

  it.each<[string, string | undefined]>([
    ['says so', 'DPoP error="use_dpop_nonce"'],
    ['says so where CORS hides it', undefined],
  ])(
    'is sent again with a new proof, and not renewed, when the server %s',
    async (_, challenge) => {
      const { authorizedFetch, sent, asked, events } = setUp(
        (__, count) =>
          count === 1 ? unauthorized(challenge, { 'dpop-nonce': 'n-1' }) : new Response(),
        { first: bound('first'), proof: createProof() },
      )
      expect((await authorizedFetch(url)).status).toBe(200)
      expect(sent.map(({ headers }) => headers.get('dpop'))).toEqual(['proof 1', 'proof 2'])
      expect(authorizationsOf(sent)).toEqual(['DPoP first', 'DPoP first'])
      expect(asked).toHaveLength(1)
      expect(events).toEqual([{ type: 'retried', resourceServer: server, because: 'dpop-nonce' }])
    },
  )

  it('is not sent again with a nonce once the one who asked gets nothing any more', async () => {
    const over = disposedError()
    let cancelled = 0
    const body = new ReadableStream({ cancel: () => void (cancelled += 1) })
    let refusal: DisposedError | undefined
    const { authorizedFetch, sent, asked } = setUp(
      () => {
        refusal = over
        return new Response(body, { status: 401, headers: { 'dpop-nonce': 'n-1' } })
      },
      { first: bound('first'), proof: createProof(), source: { refusal: () => refusal } },
    )
    await expect(authorizedFetch(url)).rejects.toBe(over)
    expect(sent).toHaveLength(1)
    expect(asked).toHaveLength(1)
    expect(cancelled).toBe(1)
  })

  it('is not sent if its user signs out while the proof is made', async () => {
    const over = disposedError()
    let refusal: DisposedError | undefined
    const proof = createProof()
    const { authorizedFetch, authorizationHeaders, sent } = setUp(() => new Response(), {
      first: bound('first'),
      proof: {
        async send(request, dispatch) {
          refusal = over
          return proof.send(request, dispatch)
        },
        async proofHeaders(request) {
          refusal = over
          return proof.proofHeaders(request)
        },
      },
      source: { refusal: () => refusal },
    })
    await expect(authorizedFetch(url)).rejects.toBe(over)
    await expect(authorizationHeaders(url)).rejects.toBe(over)
    expect(sent).toEqual([])
  })

  it('is not sent a third time for a nonce', async () => {
    const { authorizedFetch, sent, asked } = setUp(
      () => unauthorized('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n' }),
      { first: bound('first'), proof: createProof() },
    )
    expect((await authorizedFetch(url)).status).toBe(401)
    expect(sent).toHaveLength(2)
    expect(asked).toHaveLength(1)
  })

  it.each<[string, string | undefined]>([
    ['', 'DPoP error="invalid_token"'],
    [' where CORS hides the challenge', undefined],
  ])(
    'is renewed for the next call if it is refused with the nonce, too%s',
    async (_, challenge) => {
      const { authorizedFetch, sent, asked } = setUp(
        (__, count) => unauthorized(count === 1 ? undefined : challenge, { 'dpop-nonce': 'n' }),
        { first: bound('first'), proof: createProof() },
      )
      expect((await authorizedFetch(url)).status).toBe(401)
      expect(sent).toHaveLength(2)
      expect(asked).toHaveLength(2)
      expect(asked[1]).toMatchObject({ rejected: { accessToken: 'first' } })
    },
  )

  it('is not sent a third time for a nonce after a renewal', async () => {
    const { authorizedFetch, sent } = setUp(
      (_, count) =>
        count === 1
          ? unauthorized('DPoP error="invalid_token"')
          : unauthorized('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n' }),
      {
        first: bound('first'),
        renew: () => Promise.resolve(bound('second')),
        proof: createProof(),
      },
    )
    expect((await authorizedFetch(url)).status).toBe(401)
    expect(sent).toHaveLength(2)
  })

  it('is not sent again with a stream', async () => {
    const response = unauthorized('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n' })
    const { authorizedFetch, sent, asked } = setUp(() => response, {
      first: bound('first'),
      proof: createProof(),
    })
    const init = { method: 'POST', body: new Blob(['body']).stream(), duplex: 'half' }
    expect(await authorizedFetch(url, init)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('has its headers made for requests that are sent by other means', async () => {
    const proof = createProof()
    const { authorizationHeaders } = setUp(() => new Response(), { first: bound('first'), proof })
    expect(await authorizationHeaders('/v2/orders', { method: 'PUT' })).toEqual({})
    expect(await authorizationHeaders(url, { method: 'PUT' })).toEqual({
      authorization: 'DPoP first',
      dpop: 'proof 1',
    })
    expect(proof.proven).toEqual([
      { keyPair: 'key pair', accessToken: 'first', method: 'PUT', url },
    ])
    await authorizationHeaders(url)
    expect(proof.proven[1]).toMatchObject({ method: 'GET' })
  })
})
