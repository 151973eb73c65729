import { describe, expect, it } from 'vitest'
import { disposedError, type DisposedError } from '../../src/core/errors.ts'
import { redirectedTo, unauthorized } from './api-double.ts'
import { accepting, authorizationsOf, server, setUp, token, url } from './authorized-fetch-setup.ts'

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

  it.each(['renewed-token', 'newer-token'] as const)(
    'is not tried again with a %s once the one who asked gets nothing any more',
    async (because) => {
      let cancelled = 0
      const body = new ReadableStream({ cancel: () => void (cancelled += 1) })
      const over = disposedError()
      let refusal: DisposedError | undefined
      const { authorizedFetch, sent, events } = setUp(() => new Response(body, { status: 401 }), {
        source: { refusal: () => refusal },
        renew() {
          refusal = over
          return because === 'newer-token' ? token('second') : Promise.resolve(token('second'))
        },
      })
      await expect(authorizedFetch(url)).rejects.toBe(over)
      expect(sent).toHaveLength(1)
      expect(cancelled).toBe(1)
      expect(events).toEqual([])
    },
  )

  it('asks for another token in the name of the one who asked first', async () => {
    const askers = [1, 2].map((epoch) => ({ epoch }))
    const left = [...askers]
    const { authorizedFetch, asked } = setUp(accepting('second'), {
      source: { asker: () => left.shift() },
    })
    await authorizedFetch(url)
    expect(asked.map(({ asker }) => asker)).toEqual([askers[0], askers[0]])
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

describe('an answer that is no refusal', () => {
  it('is no challenge, whatever its headers say', async () => {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
    const { authorizedFetch, events } = setUp(() => new Response('ok', { headers }))
    expect((await authorizedFetch(url)).status).toBe(200)
    expect(events).toEqual([])
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
