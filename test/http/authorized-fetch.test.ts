import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import type { IssuedToken } from '../../src/core/held-tokens.ts'
import type { Reported } from '../../src/core/events.ts'
import {
  createAuthorizationHeaders,
  createAuthorizedFetch,
  type AccessTokenSource,
  type ProofSender,
} from '../../src/http/authorized-fetch.ts'
import {
  parseResourceServers,
  type ResourceServerOptions,
} from '../../src/http/resource-servers.ts'
import {
  createApi,
  pageUrl,
  redirectedTo,
  unauthorized,
  type Answer,
  type SentRequest,
} from './api-double.ts'

const url = 'https://api.example/v2/orders'
const server = 'https://api.example/v2'

type Obtained = Parameters<AccessTokenSource['obtain']>[0]

function token(accessToken: string, more: Partial<IssuedToken> = {}): IssuedToken {
  return { accessToken, tokenType: 'Bearer', epoch: 1, generation: 1, sub: 'user-1', ...more }
}

const bound = (accessToken: string): IssuedToken =>
  token(accessToken, { tokenType: 'DPoP', senderKey: 'key pair' })

/** Serves `first`, and whatever `renew` makes of a rejection. */
function createSource(
  first: IssuedToken,
  renew: () => IssuedToken | Promise<IssuedToken>,
): { readonly source: AccessTokenSource; readonly asked: Obtained[] } {
  const asked: Obtained[] = []
  return {
    asked,
    source: {
      obtain(request) {
        asked.push(request)
        return request.rejected ? renew() : first
      },
    },
  }
}

function setUp(
  answer: Answer,
  how: {
    readonly first?: IssuedToken
    readonly renew?: () => IssuedToken | Promise<IssuedToken>
    readonly source?: AccessTokenSource
    readonly resourceServers?: readonly (string | ResourceServerOptions)[]
    readonly proof?: ProofSender
  } = {},
) {
  const { first = token('first'), renew = () => Promise.resolve(token('second')) } = how
  const { fetch, sent } = createApi(answer)
  const { source, asked } = createSource(first, renew)
  const events: Reported[] = []
  const options = {
    source: how.source ?? source,
    resourceServers: parseResourceServers(how.resourceServers ?? [`${server}/`], pageUrl),
    fetch,
    pageUrl: () => pageUrl,
    report: (event: Reported) => void events.push(event),
    proof: how.proof,
  }
  return {
    authorizedFetch: createAuthorizedFetch(options),
    authorizationHeaders: createAuthorizationHeaders(options),
    sent,
    asked,
    events,
  }
}

const authorizationsOf = (sent: readonly SentRequest[]): readonly (string | null)[] =>
  sent.map(({ headers }) => headers.get('authorization'))

/** A server that takes one token only. */
const accepting =
  (accessToken: string, refuse: () => Response = unauthorized): Answer =>
  ({ headers }) =>
    headers.get('authorization')?.endsWith(` ${accessToken}`) ? new Response('ok') : refuse()

let warn: MockInstance<typeof console.warn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

describe('a request to a server that is not listed', () => {
  it.each<[RequestInfo | URL, RequestInit | undefined]>([
    ['https://other.example/', undefined],
    [new URL('https://other.example/'), { method: 'POST', body: 'a', mode: 'no-cors' }],
    [new Request('https://api.example/v1/orders'), { headers: { accept: 'text/plain' } }],
    ['/local', undefined],
  ])('passes through untouched', async (input, init) => {
    const response = new Response('ok')
    const { authorizedFetch, sent, asked, events } = setUp(() => response)
    expect(await authorizedFetch(input, init)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.input).toBe(input)
    expect(sent[0]?.init).toBe(init)
    expect(authorizationsOf(sent)).toEqual([null])
    expect(asked).toEqual([])
    expect(events).toEqual([])
    expect(warn).not.toHaveBeenCalled()
  })

  it('is warned of when it is answered 401, once for each origin', async () => {
    const { authorizedFetch, events, asked } = setUp(() => unauthorized())
    for (const path of ['a?token=x', 'b', 'c']) {
      expect((await authorizedFetch(`https://other.example/${path}`)).status).toBe(401)
    }
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith(
      'tokenring: https://other.example answered 401 and is not one of options.resourceServers, so no access token was sent to it.',
    )
    await authorizedFetch('https://third.example/')
    expect(warn).toHaveBeenCalledTimes(2)
    expect(events).toEqual([
      { type: 'unlisted-401', origin: 'https://other.example' },
      { type: 'unlisted-401', origin: 'https://third.example' },
    ])
    expect(asked).toEqual([])
  })
})

describe('a request that is authorized already', () => {
  it.each<[string, RequestInfo, RequestInit | undefined]>([
    ['by init', url, { headers: { Authorization: 'Basic a' } }],
    ['by init over a Request', new Request(url), { headers: [['authorization', 'Basic a']] }],
    ['by a Request', new Request(url, { headers: { authorization: 'Basic a' } }), undefined],
  ])('passes through untouched: %s', async (_, input, init) => {
    const response = unauthorized('Bearer error="invalid_token"')
    const { authorizedFetch, sent, asked } = setUp(() => response)
    expect(await authorizedFetch(input, init)).toBe(response)
    expect(sent.map((request) => [request.input, request.init])).toEqual([[input, init]])
    expect(authorizationsOf(sent)).toEqual(['Basic a'])
    expect(asked).toEqual([])
  })
})

describe('a request to a listed server', () => {
  it('is sent with the access token, and with everything the caller said', async () => {
    const response = new Response('ok')
    const { authorizedFetch, sent, asked } = setUp(() => response)
    const headers = new Headers({ accept: 'text/plain' })
    const init: RequestInit = { method: 'POST', body: 'body', headers, cache: 'no-store' }
    expect(await authorizedFetch(url, init)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ url, method: 'POST', text: 'body', redirect: 'follow' })
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toMatchObject({
      accept: 'text/plain',
      authorization: 'Bearer first',
    })
    expect(sent[0]?.init?.cache).toBe('no-store')
    expect([...headers]).toEqual([['accept', 'text/plain']])
    expect(asked).toHaveLength(1)
  })

  it.each<RequestInfo | URL>([
    url,
    new URL(url),
    new Request(url),
    'HTTPS://API.EXAMPLE:443/v2/orders',
  ])('may be given as %s', async (input) => {
    const { authorizedFetch, sent } = setUp(() => new Response())
    await authorizedFetch(input)
    expect(authorizationsOf(sent)).toEqual(['Bearer first'])
  })

  it('may be given relative to the page', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response(), { resourceServers: ['/api/'] })
    await authorizedFetch('/api/orders')
    await authorizedFetch('/apix')
    expect(authorizationsOf(sent)).toEqual(['Bearer first', null])
  })

  it('goes where it was asked to go, whatever becomes of the URL object meanwhile', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response(), {
      source: { obtain: () => Promise.resolve(token('first')) },
    })
    const target = new URL(url)
    const answered = authorizedFetch(target)
    target.host = 'evil.example'
    await answered
    expect(sent.map((request) => request.url)).toEqual([url])
  })

  it('is given to fetch as the absolute URL that was matched, which no base element can bend', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response(), { resourceServers: ['/api/'] })
    await authorizedFetch('/api/orders')
    expect(sent.map(({ input }) => input)).toEqual(['https://app.example/api/orders'])
  })

  it('may be described by a Request in the place of init', async () => {
    const { authorizedFetch, sent } = setUp(accepting('second'))
    const init = new Request('https://old.example/', {
      method: 'PUT',
      body: 'body',
      headers: { accept: 'text/plain' },
    })
    await authorizedFetch(url, init)
    expect(sent.map((request) => [request.url, request.method, request.text])).toEqual([
      [url, 'PUT', 'body'],
      [url, 'PUT', 'body'],
    ])
    expect(sent[1]?.headers.get('accept')).toBe('text/plain')
  })

  it('gets the token of its server', async () => {
    const { authorizedFetch, asked } = setUp(() => new Response(), {
      resourceServers: [{ url: '/api/', scope: 'a', resource: 'b', audience: 'c' }],
    })
    await authorizedFetch('/api/orders')
    expect(asked[0]?.parameters).toEqual({ scope: 'a', resource: 'b', audience: 'c' })
  })

  it.each([200, 204, 304, 400, 404, 429, 500, 503])(
    'is returned as it is with %i',
    async (status) => {
      const response = new Response(null, { status })
      const { authorizedFetch, sent, asked, events } = setUp(() => response)
      expect(await authorizedFetch(url, { method: 'POST', body: 'a' })).toBe(response)
      expect(sent).toHaveLength(1)
      expect(asked).toHaveLength(1)
      expect(events).toEqual([])
    },
  )

  it('is not sent again when the network fails', async () => {
    const broken = new TypeError('Failed to fetch')
    const { authorizedFetch, sent } = setUp(() => Promise.reject(broken))
    await expect(authorizedFetch(url)).rejects.toBe(broken)
    expect(sent).toHaveLength(1)
  })

  it('is not sent when there is no token', async () => {
    const over = new Error('the session is over')
    const { authorizedFetch, sent } = setUp(() => new Response(), {
      source: { obtain: () => Promise.reject(over) },
    })
    await expect(authorizedFetch(url)).rejects.toBe(over)
    expect(sent).toEqual([])
  })

  it.each<[RequestInfo, RequestInit | undefined, string]>([
    [url, { mode: 'no-cors' }, `A request to ${server} cannot be no-cors`],
    [new Request(url, { mode: 'no-cors' }), undefined, `A request to ${server} cannot be no-cors`],
    ['http://api.example/v2/orders', undefined, `A request to ${server} must be https`],
    ['https://user:pass@api.example/v2/', undefined, 'must not hold credentials'],
    ['https://', undefined, 'Invalid URL'],
  ])('is refused with a TypeError: %s', async (input, init, text) => {
    const { authorizedFetch, sent, asked } = setUp(() => new Response())
    const refused = authorizedFetch(input, init)
    await expect(refused).rejects.toThrow(TypeError)
    await expect(refused).rejects.toThrow(text)
    expect(sent).toEqual([])
    expect(asked).toEqual([])
  })
})

describe('a 401', () => {
  it('to a token that is not the newest any more is tried again with the newest', async () => {
    const { authorizedFetch, sent, asked, events } = setUp(accepting('second'), {
      renew: () => token('second', { generation: 2 }),
    })
    expect((await authorizedFetch(url, { method: 'POST', body: 'body' })).status).toBe(200)
    expect(authorizationsOf(sent)).toEqual(['Bearer first', 'Bearer second'])
    expect(sent.map(({ text }) => text)).toEqual(['body', 'body'])
    expect(asked[1]?.rejected).toEqual({ accessToken: 'first', resourceServer: server })
    expect(events).toEqual([{ type: 'retried', resourceServer: server, because: 'newer-token' }])
  })

  it.each<[string, string | undefined]>([
    ['about the token', 'Bearer error="invalid_token"'],
    ['without an error', 'Bearer realm="api"'],
    ['that CORS hides', undefined],
    ['nobody can parse', 'Bearer realm="'],
    ['beside that of another scheme', 'Basic realm="api", Bearer error="invalid_token"'],
  ])('with a challenge %s is tried again with a renewed token', async (_, challenge) => {
    const { authorizedFetch, sent, asked, events } = setUp(
      accepting('second', () => unauthorized(challenge)),
    )
    expect((await authorizedFetch(url)).status).toBe(200)
    expect(authorizationsOf(sent)).toEqual(['Bearer first', 'Bearer second'])
    expect(asked.map(({ rejected }) => rejected?.accessToken)).toEqual([undefined, 'first'])
    expect(events).toEqual([{ type: 'retried', resourceServer: server, because: 'renewed-token' }])
  })

  it('to the second send is returned, and there is no third', async () => {
    const { authorizedFetch, sent, asked, events } = setUp((_, count) =>
      unauthorized('Bearer error="invalid_token"', { count: String(count) }),
    )
    const response = await authorizedFetch(url)
    expect(response.status).toBe(401)
    expect(response.headers.get('count')).toBe('2')
    expect(await response.text()).toBe('unauthorized')
    expect(sent).toHaveLength(2)
    expect(asked).toHaveLength(2)
    expect(events.map(({ type }) => type)).toEqual(['retried', 'fresh-token-rejected'])
  })

  it.each([
    [401, 'insufficient_user_authentication'],
    [403, 'insufficient_scope'],
  ])('is followed by the event of a %i to the second send', async (status, error) => {
    const headers = { 'www-authenticate': `Bearer error="${error}"` }
    const { authorizedFetch, sent, events } = setUp((_, count) =>
      count === 1 ? unauthorized() : new Response(null, { status, headers }),
    )
    expect((await authorizedFetch(url)).status).toBe(status)
    expect(sent).toHaveLength(2)
    expect(events).toEqual([
      { type: 'retried', resourceServer: server, because: 'renewed-token' },
      { type: 'challenged', resourceServer: server, status, error },
    ])
  })

  it('that wants a nonce of a bearer token is returned', async () => {
    const response = unauthorized('DPoP error="use_dpop_nonce"')
    const { authorizedFetch, sent, asked } = setUp(() => response)
    expect(await authorizedFetch(url)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('to a newer token says nothing of a token that was just renewed', async () => {
    const { authorizedFetch, sent, events } = setUp(() => unauthorized(), {
      renew: () => token('second', { generation: 2 }),
    })
    expect((await authorizedFetch(url)).status).toBe(401)
    expect(sent).toHaveLength(2)
    expect(events.map(({ type }) => type)).toEqual(['retried'])
  })

  it('is returned where no other token can be had', async () => {
    const response = unauthorized()
    const { authorizedFetch, sent, events } = setUp(() => response, {
      renew: () => token('first'),
    })
    expect(await authorizedFetch(url)).toBe(response)
    expect(await response.text()).toBe('unauthorized')
    expect(sent).toHaveLength(1)
    expect(events).toEqual([{ type: 'fresh-token-rejected', resourceServer: server }])
  })

  it.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['another scheme', 'Basic realm="api"', {}],
    ['a request that is wrong', 'Bearer error="invalid_request"', { error: 'invalid_request' }],
    [
      'a scope that is missing',
      'Bearer error="insufficient_scope", scope="orders:write"',
      { error: 'insufficient_scope', scope: 'orders:write' },
    ],
    [
      'an authentication that is too weak',
      'Bearer error="insufficient_user_authentication", acr_values="gold", max_age=0',
      { error: 'insufficient_user_authentication', acrValues: 'gold', maxAgeSeconds: 0 },
    ],
  ])('about %s is returned, and told of', async (_, challenge, details) => {
    const response = unauthorized(challenge)
    const { authorizedFetch, sent, asked, events } = setUp(() => response)
    expect(await authorizedFetch(url)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(asked).toHaveLength(1)
    expect(events).toEqual([
      { type: 'challenged', resourceServer: server, status: 401, ...details },
    ])
  })

  it('leaves no body behind that nobody reads', async () => {
    let cancelled = 0
    const body = new ReadableStream({ cancel: () => void (cancelled += 1) })
    const { authorizedFetch } = setUp(
      accepting('second', () => new Response(body, { status: 401 })),
    )
    await authorizedFetch(url)
    expect(cancelled).toBe(1)
  })

  it.each<[string, Partial<IssuedToken>, Partial<IssuedToken>]>([
    ['another user', { sub: 'user-1' }, { sub: 'user-2' }],
    ['a user nobody knows', { sub: 'user-1' }, {}],
    ['perhaps another user', {}, {}],
  ])('is not tried again for %s', async (_, before, after) => {
    const nameless = { accessToken: 'first', tokenType: 'Bearer', generation: 1 } as const
    const { authorizedFetch, sent } = setUp(() => unauthorized(), {
      first: { ...nameless, epoch: 1, ...before },
      renew: () => ({ ...nameless, accessToken: 'second', epoch: 2, ...after }),
    })
    await expect(authorizedFetch(url)).rejects.toMatchObject({
      name: 'SessionEndedError',
      code: 'SESSION_CHANGED',
    })
    expect(sent).toHaveLength(1)
  })

  it('is tried again for the same user in a session that has begun anew', async () => {
    const { authorizedFetch, sent } = setUp(accepting('second'), {
      renew: () => token('second', { epoch: 2 }),
    })
    expect((await authorizedFetch(url)).status).toBe(200)
    expect(sent).toHaveLength(2)
  })

  it('becomes the error of the renewal where that fails', async () => {
    let cancelled = 0
    const body = new ReadableStream({ cancel: () => void (cancelled += 1) })
    const over = new Error('the session is over')
    const { authorizedFetch, sent } = setUp(() => new Response(body, { status: 401 }), {
      renew: () => Promise.reject(over),
    })
    await expect(authorizedFetch(url)).rejects.toBe(over)
    expect(sent).toHaveLength(1)
    expect(cancelled).toBe(1)
  })

  it('to a stream is returned, and the token renewed for the next request', async () => {
    const response = unauthorized()
    const { authorizedFetch, sent, asked, events } = setUp(() => response, {
      renew: () => Promise.reject(new Error('nobody waits for this')),
    })
    const init = { method: 'POST', body: new Blob(['body']).stream(), duplex: 'half' }
    expect(await authorizedFetch(url, init)).toBe(response)
    expect(sent.map(({ text }) => text)).toEqual(['body'])
    expect(asked[1]?.rejected?.accessToken).toBe('first')
    expect(events).toEqual([])
  })

  it('to a Request is tried again with its body', async () => {
    const { authorizedFetch, sent } = setUp(accepting('second'))
    await authorizedFetch(new Request(url, { method: 'PUT', body: 'body' }))
    expect(sent.map(({ method, text }) => [method, text])).toEqual([
      ['PUT', 'body'],
      ['PUT', 'body'],
    ])
  })

  it('from another origin, behind a redirect, is not about the token', async () => {
    const response = redirectedTo('https://login.example/', unauthorized())
    const { authorizedFetch, sent, asked, events } = setUp(() => response)
    expect(await authorizedFetch(url)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(asked).toHaveLength(1)
    expect(events).toEqual([])
  })

  it('from another listed server, behind a redirect, is not about the token either', async () => {
    const response = redirectedTo('https://files.example/a', unauthorized())
    const { authorizedFetch, asked } = setUp(() => response, {
      resourceServers: [server, 'https://files.example'],
    })
    expect(await authorizedFetch(url)).toBe(response)
    expect(asked).toHaveLength(1)
  })

  it('behind a redirect within the origin is about the token', async () => {
    const { authorizedFetch, sent } = setUp(
      accepting('second', () => redirectedTo('https://api.example/v2/moved', unauthorized())),
    )
    expect((await authorizedFetch(url)).status).toBe(200)
    expect(sent).toHaveLength(2)
  })
})

describe('a 401 behind a redirect within the origin', () => {
  const moved = accepting('second', () =>
    redirectedTo('https://api.example/v2/moved', unauthorized()),
  )

  it('to a request that may have acted is returned, and the token renewed for the next', async () => {
    const { authorizedFetch, sent, asked } = setUp(moved)
    expect((await authorizedFetch(url, { method: 'POST', body: 'body' })).status).toBe(401)
    expect(sent).toHaveLength(1)
    expect(asked[1]?.rejected?.accessToken).toBe('first')
  })

  it('to a request that only reads is tried again', async () => {
    const { authorizedFetch, sent } = setUp(moved)
    expect((await authorizedFetch(url, { method: 'head' })).status).toBe(200)
    expect(sent).toHaveLength(2)
  })
})

describe('a 403', () => {
  it.each([
    ['Bearer error="insufficient_scope", scope="a"', { error: 'insufficient_scope', scope: 'a' }],
    [
      'Bearer error="insufficient_user_authentication", acr_values="gold"',
      { error: 'insufficient_user_authentication', acrValues: 'gold' },
    ],
  ])('with %s is returned, and told of', async (challenge, details) => {
    const response = new Response(null, { status: 403, headers: { 'www-authenticate': challenge } })
    const { authorizedFetch, sent, asked, events } = setUp(() => response)
    expect(await authorizedFetch(url)).toBe(response)
    expect(sent).toHaveLength(1)
    expect(asked).toHaveLength(1)
    expect(events).toEqual([
      { type: 'challenged', resourceServer: server, status: 403, ...details },
    ])
  })

  it.each([undefined, 'Bearer error="invalid_token"', 'Bearer error="vendor_word"', 'Basic'])(
    'with %s is returned',
    async (challenge) => {
      const headers: Record<string, string> =
        challenge === undefined ? {} : { 'www-authenticate': challenge }
      const response = new Response(null, { status: 403, headers })
      const { authorizedFetch, sent, events } = setUp(() => response)
      expect(await authorizedFetch(url)).toBe(response)
      expect(sent).toHaveLength(1)
      expect(events).toEqual([])
    },
  )
})

describe('a signal', () => {
  /** Never has a token, and heeds the signal as the real source does. */
  const waitingSource = (begun: () => void): AccessTokenSource => ({
    obtain: ({ signal }) =>
      new Promise((_, reject) => {
        begun()
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  })

  it.each(['init', 'Request'])('of %s ends the wait for a token', async (where) => {
    const begun = vi.fn<() => void>()
    const { authorizedFetch, sent } = setUp(() => new Response(), {
      source: waitingSource(begun),
    })
    const abort = new AbortController()
    const { signal } = abort
    const asked =
      where === 'init'
        ? authorizedFetch(url, { signal })
        : authorizedFetch(new Request(url, { signal }))
    expect(begun).toHaveBeenCalled()
    const reason = new Error('the user went elsewhere')
    abort.abort(reason)
    await expect(asked).rejects.toBe(reason)
    expect(sent).toEqual([])
  })

  it('ends the wait for a renewed token', async () => {
    const abort = new AbortController()
    const reason = new Error('the user went elsewhere')
    const renewals = vi.fn<() => void>()
    const waiting = waitingSource(renewals)
    const source: AccessTokenSource = {
      obtain: (request) => (request.rejected ? waiting.obtain(request) : token('first')),
    }
    const { authorizedFetch, sent } = setUp(() => unauthorized(), { source })
    const asked = authorizedFetch(url, { signal: abort.signal })
    await vi.waitFor(() => expect(renewals).toHaveBeenCalled())
    abort.abort(reason)
    await expect(asked).rejects.toBe(reason)
    expect(sent).toHaveLength(1)
  })

  it('that has fired already ends the request', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response())
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(authorizedFetch(url, { signal })).rejects.toThrow('too late')
    expect(sent).toEqual([])
  })
})

describe('a sender-constrained token', () => {
  /** Numbers its proofs, and wants a nonce where the response says so. */
  function createProof(): ProofSender & { readonly proven: unknown[] } {
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

  it.each<[string, RequestInfo, RequestInit | undefined, RequestRedirect]>([
    ['by default', url, undefined, 'error'],
    ['by default, as a Request', new Request(url), undefined, 'error'],
    ['unless told otherwise', url, { redirect: 'follow' }, 'follow'],
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

  it('is no reason to refuse redirects where it is a bearer token after all', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response(), { proof: createProof() })
    await authorizedFetch(url)
    expect(sent[0]?.redirect).toBe('follow')
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({ authorization: 'Bearer first' })
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

  it('is not sent a third time for a nonce', async () => {
    const { authorizedFetch, sent, asked } = setUp(
      () => unauthorized('DPoP error="use_dpop_nonce"', { 'dpop-nonce': 'n' }),
      { first: bound('first'), proof: createProof() },
    )
    expect((await authorizedFetch(url)).status).toBe(401)
    expect(sent).toHaveLength(2)
    expect(asked).toHaveLength(1)
  })

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

describe('createAuthorizationHeaders', () => {
  it('authorizes a request to a listed server, and no other', async () => {
    const { authorizationHeaders, asked, sent } = setUp(() => new Response())
    expect(await authorizationHeaders(url)).toEqual({ authorization: 'Bearer first' })
    expect(await authorizationHeaders(new URL(url))).toEqual({ authorization: 'Bearer first' })
    expect(await authorizationHeaders('https://evil.example/v2/orders')).toEqual({})
    expect(asked).toHaveLength(2)
    expect(sent).toEqual([])
  })

  it('has another token made in place of one that was rejected', async () => {
    const { authorizationHeaders, asked } = setUp(() => new Response())
    expect(await authorizationHeaders(url, { rejected: 'first' })).toEqual({
      authorization: 'Bearer second',
    })
    expect(asked[0]?.rejected).toEqual({ accessToken: 'first', resourceServer: server })
  })

  it('hands the signal on, and rejects as the source does', async () => {
    const over = new Error('the session is over')
    const obtain = vi.fn<AccessTokenSource['obtain']>(() => Promise.reject(over))
    const { authorizationHeaders } = setUp(() => new Response(), { source: { obtain } })
    const { signal } = new AbortController()
    await expect(authorizationHeaders(url, { signal })).rejects.toBe(over)
    expect(obtain.mock.calls[0]?.[0].signal).toBe(signal)
  })

  it.each(['http://api.example/v2/orders', 'https://user@api.example/v2/orders'])(
    'refuses %s with a TypeError',
    async (refused) => {
      const { authorizationHeaders, asked } = setUp(() => new Response())
      await expect(authorizationHeaders(refused)).rejects.toThrow(TypeError)
      expect(asked).toEqual([])
    },
  )
})
