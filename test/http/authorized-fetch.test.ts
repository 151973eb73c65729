import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import type { AccessTokens } from '../../src/core/session/access-tokens.ts'
import { unauthorized } from './api-double.ts'
import { accepting, authorizationsOf, server, setUp, token, url } from './authorized-fetch-setup.ts'
import { patience } from '../support/patience.ts'

let warn: MockInstance<typeof console.warn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

/** What fetch takes as well, though the types do not say so. */
function readOnce(headers: Readonly<Record<string, string>>): HeadersInit {
  return new Map(Object.entries(headers)).entries() as unknown as HeadersInit
}

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
      'tokenring: https://other.example answered 401. It is not in options.resourceServers, so it gets no access token.',
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

describe('an object that only looks like a Request', () => {
  it('is sent where it is matched, so that no token goes elsewhere', async () => {
    const { authorizedFetch, sent, asked } = setUp(() => new Response('ok'))
    const lookAlike = { url, headers: new Headers(), toString: () => 'https://evil.example/' }
    await authorizedFetch(lookAlike as unknown as Request)
    expect(sent.map(({ url: address }) => address)).toEqual(['https://evil.example/'])
    expect(asked).toEqual([])
  })

  it('gets its token where its text leads to a listed server, whatever its members say', async () => {
    const { authorizedFetch, sent } = setUp(() => new Response('ok'))
    let reads = 0
    const lookAlike = {
      url: 'https://evil.example/',
      headers: new Headers(),
      toString: () => ((reads += 1) === 1 ? url : 'https://evil.example/'),
    }
    await authorizedFetch(lookAlike as unknown as Request)
    expect(sent.map(({ url: address }) => address)).toEqual([url])
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer first')
  })
})

describe('a server that forbids redirects', () => {
  it.each<[string, RequestInit | undefined, RequestRedirect]>([
    ['nothing', undefined, 'error'],
    ['to follow them', { redirect: 'follow' }, 'error'],
    ['to show them', { redirect: 'manual' }, 'manual'],
  ])('is obeyed where the caller says %s', async (_, init, redirect) => {
    const { authorizedFetch, sent } = setUp(() => new Response('ok'), {
      resourceServers: [{ url: server, redirect: 'error' }],
    })
    await authorizedFetch(url, init)
    await authorizedFetch(new Request(url, init))
    expect(sent.map((request) => request.redirect)).toEqual([redirect, redirect])
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

  it('keeps headers that can be read once', async () => {
    const { authorizedFetch, sent, asked } = setUp(() => new Response())
    await authorizedFetch(url, { headers: readOnce({ authorization: 'Basic a', 'x-a': '1' }) })
    expect(authorizationsOf(sent)).toEqual(['Basic a'])
    expect(sent[0]?.headers.get('x-a')).toBe('1')
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

  it.each<[string, RequestInfo, object]>([
    ['an address', url, {}],
    ['a Request', new Request(url, { headers: { 'x-b': '2' } }), {}],
    ['an init of a class', url, Object.create({})],
  ])('keeps headers that can be read once: %s', async (_, input, init) => {
    const { authorizedFetch, sent } = setUp(() => new Response())
    await authorizedFetch(input, Object.assign(init, { headers: readOnce({ 'x-a': '1' }) }))
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      authorization: 'Bearer first',
      'x-a': '1',
    })
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

  it('goes where <base> says that a relative address leads, as any fetch does', async () => {
    const { authorizedFetch, authorizationHeaders, sent } = setUp(() => new Response(), {
      resourceServers: ['/api/'],
      baseUrl: 'https://app.example/',
    })
    await authorizedFetch('api/orders')
    expect(sent.map((request) => request.url)).toEqual(['https://app.example/api/orders'])
    expect(authorizationsOf(sent)).toEqual(['Bearer first'])
    expect(await authorizationHeaders('api/orders')).toEqual({ authorization: 'Bearer first' })
  })

  it('carries no token where a planted <base> leads elsewhere', async () => {
    const { authorizedFetch, authorizationHeaders, sent } = setUp(() => new Response(), {
      resourceServers: ['/api/'],
      baseUrl: 'https://evil.example/',
    })
    await authorizedFetch('/api/orders')
    expect(sent.map((request) => request.url)).toEqual(['https://evil.example/api/orders'])
    expect(authorizationsOf(sent)).toEqual([null])
    expect(await authorizationHeaders('/api/orders')).toEqual({})
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

  it('may be described by a Request and, where that says nothing, by another one', async () => {
    const { authorizedFetch, sent } = setUp(accepting('second'))
    const request = new Request(url, { method: 'POST', body: 'body' })
    await authorizedFetch(request, new Request('https://old.example/', { method: 'PUT' }))
    expect(sent.map(({ method, text }) => [method, text])).toEqual([
      ['PUT', 'body'],
      ['PUT', 'body'],
    ])
  })

  it('may have headers that can be read once', async () => {
    const { authorizedFetch, sent } = setUp(accepting('second'))
    const headers = new Headers({ accept: 'text/plain' }).entries() as unknown as HeadersInit
    await authorizedFetch(url, { headers })
    expect(sent.map((request) => request.headers.get('accept'))).toEqual([
      'text/plain',
      'text/plain',
    ])
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

describe('a signal', () => {
  /** Never has a token, and heeds the signal as the real source does. */
  const waitingSource = (begun: () => void): Pick<AccessTokens, 'obtain'> => ({
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
    const source: Pick<AccessTokens, 'obtain'> = {
      obtain: (request) => (request.rejected ? waiting.obtain(request) : token('first')),
    }
    const { authorizedFetch, sent } = setUp(() => unauthorized(), { source })
    const asked = authorizedFetch(url, { signal: abort.signal })
    await vi.waitFor(() => expect(renewals).toHaveBeenCalled(), patience)
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
