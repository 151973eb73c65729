import { describe, expect, it } from 'vitest'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import { createDiscovery } from '../../src/oauth/discovery.ts'
import type { AuthorizationServerMetadata } from '../../src/oauth/server-metadata.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import {
  createFetchDouble,
  createSilence,
  issuer,
  json,
  opaqueRedirect,
  page,
  type SentRequest,
} from './server-double.ts'

const metadata: AuthorizationServerMetadata = {
  issuer,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
}
const oidcUrl = `${issuer}/.well-known/openid-configuration`
const oauthUrl = `${issuer}/.well-known/oauth-authorization-server`
const day = 86_400_000

type Answer = (request: SentRequest) => Response | Promise<Response>

function createServerWith(
  authorizationServer: string | AuthorizationServerMetadata,
  answer: Answer = () => json(200, metadata),
  parts: { readonly store?: TokenStore; readonly clock?: ManualClock } = {},
): {
  readonly server: { readonly metadata: ReturnType<typeof createDiscovery> }
  readonly urls: () => readonly string[]
  readonly sent: readonly SentRequest[]
  readonly store: TokenStore
  readonly clock: ManualClock
} {
  const { store = createMemoryTokenStore(), clock = createManualClock() } = parts
  const { fetch, sent } = createFetchDouble(answer)
  const discovered = createDiscovery({
    authorizationServer,
    store,
    clock,
    random: { fraction: () => 0, id: () => 'id' },
    fetch,
    timeoutMs: 10_000,
    optionsBase: 'https://app.example/start?code=1#top',
  })
  return {
    server: { metadata: discovered },
    sent,
    urls: () => sent.map(({ url }) => url),
    store,
    clock,
  }
}

const unavailable = { name: 'RefreshUnavailableError', outcome: 'not-sent' }
const notFound = (): Response => new Response('Not found', { status: 404 })

describe('createDiscovery: metadata by value', () => {
  it('are used as they are, and nothing is asked', async () => {
    const { server, sent } = createServerWith(metadata)
    expect(await server.metadata()).toEqual(metadata)
    expect(sent).toEqual([])
  })

  it('may have endpoints relative to the page', async () => {
    const { server } = createServerWith({
      issuer: 'https://vendor.example',
      token_endpoint: '/oauth/token',
      authorization_endpoint: 'https://vendor.example/authorize?tenant=a',
      revocation_endpoint: 'revoke',
    })
    expect(await server.metadata()).toEqual({
      issuer: 'https://vendor.example',
      token_endpoint: 'https://app.example/oauth/token',
      authorization_endpoint: 'https://vendor.example/authorize?tenant=a',
      revocation_endpoint: 'https://app.example/revoke',
    })
  })

  it('may be a class of the app with getters', async () => {
    class Metadata {
      readonly [member: string]: unknown
      get issuer(): string {
        return issuer
      }
      get token_endpoint(): string {
        return '/token'
      }
    }
    const { server } = createServerWith(new Metadata())
    expect(await server.metadata()).toMatchObject({
      issuer,
      token_endpoint: 'https://app.example/token',
    })
  })

  it.each(['http://localhost:4000/token', 'http://127.0.0.1/token', 'http://[::1]:1/token'])(
    'may have the token endpoint %s',
    async (token_endpoint) => {
      const { server } = createServerWith({ issuer, token_endpoint })
      expect((await server.metadata()).token_endpoint).toBe(token_endpoint)
    },
  )

  it.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ['no token endpoint', { issuer }, 'METADATA_INVALID', 'token_endpoint is required'],
    [
      'an empty token endpoint',
      { issuer, token_endpoint: '' },
      'METADATA_INVALID',
      'token_endpoint is required',
    ],
    [
      'an endpoint that is no text',
      { ...metadata, revocation_endpoint: 7 },
      'METADATA_INVALID',
      'revocation_endpoint must be a string',
    ],
    [
      'an endpoint that is no URL',
      { ...metadata, authorization_endpoint: 'https://' },
      'METADATA_INVALID',
      'authorization_endpoint must be a URL',
    ],
    [
      'an endpoint in cleartext',
      { ...metadata, token_endpoint: 'http://as.example/token' },
      'INSECURE_ENDPOINT',
      'token_endpoint must be https',
    ],
    [
      'a script for an endpoint',
      { ...metadata, end_session_endpoint: 'javascript:alert(1)' },
      'INSECURE_ENDPOINT',
      'end_session_endpoint must be https',
    ],
    [
      'credentials in an endpoint',
      { ...metadata, token_endpoint: 'https://user:pass@as.example/token' },
      'METADATA_INVALID',
      'token_endpoint must not hold credentials',
    ],
  ])('are refused with %s', async (_, given, code, text) => {
    // What an app without a type checker may pass.
    const { server } = createServerWith(given as unknown as AuthorizationServerMetadata)
    const asked = server.metadata()
    await expect(asked).rejects.toMatchObject({ name: 'ConfigurationError', code })
    await expect(asked).rejects.toThrow(`authorizationServer: ${text}`)
  })
})

describe('createDiscovery: what another script has put on Object.prototype', () => {
  const elsewhere = 'https://elsewhere.example/'
  const planted = {
    revocation_endpoint: elsewhere,
    end_session_endpoint: elsewhere,
    authorization_endpoint: elsewhere,
    mtls_endpoint_aliases: { token_endpoint: elsewhere },
  }
  const bare = { issuer, token_endpoint: `${issuer}/token` }

  it.each<[string, string | AuthorizationServerMetadata]>([
    ['metadata by value', bare],
    ['those that are discovered', issuer],
  ])('is no part of %s', async (_, authorizationServer) => {
    const { server, store, clock } = createServerWith(authorizationServer, () => json(200, bare))
    Object.assign(Object.prototype, planted)
    try {
      const found = [await server.metadata()]
      const reloaded = createServerWith(authorizationServer, notFound, { store, clock })
      found.push(await reloaded.server.metadata())
      for (const one of found) {
        for (const name of Object.keys(planted)) expect(one[name]).toBeUndefined()
      }
    } finally {
      for (const name of Object.keys(planted)) Reflect.deleteProperty(Object.prototype, name)
    }
  })

  it('does not lead past the token endpoint by an alias, though the server has some', async () => {
    const aliases = { mtls_endpoint_aliases: { introspection_endpoint: `${issuer}/introspect` } }
    const { server } = createServerWith({ ...bare, ...aliases })
    expect((await server.metadata()).mtls_endpoint_aliases).toBeUndefined()
  })
})

describe('createDiscovery: discovery', () => {
  it('asks OpenID Connect Discovery, once for everybody, and without cookies', async () => {
    const { server, sent, urls } = createServerWith(issuer)
    const all = await Promise.all([server.metadata(), server.metadata(), server.metadata()])
    expect(new Set(all).size).toBe(1)
    expect(await server.metadata()).toEqual(metadata)
    expect(urls()).toEqual([oidcUrl])
    expect(sent[0]?.init).toMatchObject({ method: 'GET', credentials: 'omit', redirect: 'manual' })
  })

  it('asks RFC 8414 where the first address is not found', async () => {
    const { server, urls } = createServerWith(issuer, ({ url }) =>
      url === oauthUrl ? json(200, metadata) : notFound(),
    )
    expect(await server.metadata()).toEqual(metadata)
    expect(urls()).toEqual([oidcUrl, oauthUrl])
  })

  it('puts the path of an issuer where each of the two wants it', async () => {
    const { server, urls } = createServerWith(`${issuer}/tenant`, notFound)
    await expect(server.metadata()).rejects.toMatchObject({ code: 'METADATA_INVALID' })
    expect(urls()).toEqual([
      `${issuer}/tenant/.well-known/openid-configuration`,
      `${issuer}/.well-known/oauth-authorization-server/tenant`,
    ])
  })

  it.each<[string, Answer]>([
    ['another issuer', () => json(200, { ...metadata, issuer: 'https://evil.example' })],
    ['no issuer', () => json(200, { token_endpoint: `${issuer}/token` })],
    ['no token endpoint', () => json(200, { issuer })],
  ])('does not believe metadata with %s', async (_, answer) => {
    const { server, store } = createServerWith(issuer, answer)
    await expect(server.metadata()).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'METADATA_INVALID',
    })
    expect(await store.read(`metadata ${issuer}`)).toBeUndefined()
  })

  it('does not believe a cleartext endpoint', async () => {
    const { server } = createServerWith(issuer, () =>
      json(200, { ...metadata, token_endpoint: 'http://as.example/token' }),
    )
    await expect(server.metadata()).rejects.toMatchObject({ code: 'INSECURE_ENDPOINT' })
  })

  it.each<[string, string]>([
    ['http://as.example', 'INSECURE_ENDPOINT'],
    ['ftp://as.example', 'INSECURE_ENDPOINT'],
    ['as.example', 'METADATA_INVALID'],
  ])('asks nothing of the issuer %s', async (given, code) => {
    const { server, sent } = createServerWith(given)
    await expect(server.metadata()).rejects.toMatchObject({ name: 'ConfigurationError', code })
    expect(sent).toEqual([])
  })

  it('asks loopback in cleartext', async () => {
    const loopback = 'http://localhost:4000'
    const { server } = createServerWith(loopback, () =>
      json(200, { issuer: loopback, token_endpoint: `${loopback}/token` }),
    )
    expect((await server.metadata()).issuer).toBe(loopback)
  })

  it.each<[string, Answer, string, number]>([
    ['the network is gone', () => Promise.reject(new TypeError('Failed to fetch')), 'NETWORK', 2],
    ['the server is in trouble', () => page(503), 'SERVER_UNAVAILABLE', 1],
    ['the server is asked too much', () => page(429), 'SERVER_UNAVAILABLE', 1],
    ['a captive portal answers', () => page(200), 'SERVER_UNAVAILABLE', 2],
    ['the answer is cut off', () => new Response('{"issuer":"https'), 'SERVER_UNAVAILABLE', 2],
    ['it is sent elsewhere', opaqueRedirect, 'SERVER_UNAVAILABLE', 2],
  ])('is tried again later when %s, but not at once', async (_, answer, code, requests) => {
    const { server, sent, clock } = createServerWith(issuer, answer)
    const retryAt = clock.now() + 250
    await expect(server.metadata()).rejects.toMatchObject({ ...unavailable, code, retryAt })
    await expect(server.metadata()).rejects.toMatchObject({ retryAt })
    expect(sent).toHaveLength(requests)

    clock.advance(250)
    await expect(server.metadata()).rejects.toMatchObject({ retryAt: clock.now() + 500 })
    expect(sent).toHaveLength(2 * requests)
  })

  it.each<[string, Answer]>([
    ['is kept from this page by CORS', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['is a page', () => page(200)],
    ['is refused', () => page(403)],
    ['is a redirect', opaqueRedirect],
  ])('asks RFC 8414 where the answer of the first address %s', async (_, answer) => {
    const { server, urls } = createServerWith(issuer, (request) =>
      request.url === oauthUrl ? json(200, metadata) : answer(request),
    )
    expect(await server.metadata()).toEqual(metadata)
    expect(urls()).toEqual([oidcUrl, oauthUrl])
  })

  it.each<[string, Answer]>([
    ['first', ({ url }) => (url === oidcUrl ? page(200) : notFound())],
    ['second', ({ url }) => (url === oauthUrl ? page(200) : notFound())],
  ])(
    'passes by itself where only the %s address answers something unreadable',
    async (_, answer) => {
      const { server } = createServerWith(issuer, answer)
      await expect(server.metadata()).rejects.toMatchObject(unavailable)
    },
  )

  it('does not wait for storage to take the copy', async () => {
    const store = { ...createMemoryTokenStore(), update: () => new Promise<never>(() => {}) }
    const { server } = createServerWith(issuer, undefined, { store })
    expect(await server.metadata()).toEqual(metadata)
  })

  it('gives up after the bound', async () => {
    const { answer, asked } = createSilence()
    const { server, clock } = createServerWith(issuer, answer)
    const discovered = server.metadata()
    await asked
    clock.advance(10_000)
    await expect(discovered).rejects.toMatchObject({ ...unavailable, code: 'TIMEOUT' })
  })

  it('is not asked again and again for metadata that do not do', async () => {
    const { server, sent, clock } = createServerWith(issuer, () => json(200, { issuer }))
    for (let call = 0; call < 3; call += 1) {
      await expect(server.metadata()).rejects.toMatchObject({ code: 'METADATA_INVALID' })
    }
    expect(sent).toHaveLength(1)
    clock.advance(500)
    await expect(server.metadata()).rejects.toMatchObject({ code: 'METADATA_INVALID' })
    expect(sent).toHaveLength(2)
  })

  it('is not kept waiting by a wall clock that was set back', async () => {
    const { server, clock } = createServerWith(
      issuer,
      firstThen(
        () => page(503),
        () => json(200, metadata),
      ),
    )
    await expect(server.metadata()).rejects.toMatchObject(unavailable)
    clock.stepWallClock(-3 * 3_600_000)
    clock.advance(500)
    expect(await server.metadata()).toEqual(metadata)
  })
})

describe('createDiscovery: a page that stays open', () => {
  it('asks again after a day, once for everybody', async () => {
    const renewed = { ...metadata, token_endpoint: `${issuer}/v2/token` }
    const { server, sent, clock } = createServerWith(
      issuer,
      firstThen(
        () => json(200, metadata),
        () => json(200, renewed),
      ),
    )
    await server.metadata()
    clock.advance(day - 1)
    expect(await server.metadata()).toEqual(metadata)
    expect(sent).toHaveLength(1)

    clock.advance(1)
    const all = await Promise.all([server.metadata(), server.metadata(), server.metadata()])
    expect(all).toEqual([renewed, renewed, renewed])
    expect(await server.metadata()).toEqual(renewed)
    expect(sent).toHaveLength(2)
  })

  it('goes on with what it knows when discovery is down by then, though storage refuses', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('denied'))
    const { server, sent, clock } = createServerWith(
      issuer,
      firstThen(
        () => json(200, metadata),
        () => page(503),
      ),
      { store: { read: refuse, update: refuse } },
    )
    await server.metadata()
    clock.advance(day)
    expect(await server.metadata()).toEqual(metadata)
    expect(await server.metadata()).toEqual(metadata)
    expect(sent).toHaveLength(2)
  })

  it('begins with the shortest pause again after a success', async () => {
    const { server, sent, clock } = createServerWith(
      issuer,
      firstThen(
        () => page(503),
        () => json(200, metadata),
        () => json(200, { issuer }),
      ),
    )
    await expect(server.metadata()).rejects.toMatchObject(unavailable)
    clock.advance(500)
    await server.metadata()
    clock.advance(day)
    await expect(server.metadata()).rejects.toMatchObject({ code: 'METADATA_INVALID' })
    expect(sent).toHaveLength(3)

    clock.advance(500)
    await expect(server.metadata()).rejects.toMatchObject({ code: 'METADATA_INVALID' })
    expect(sent).toHaveLength(4)
  })

  it('pauses as long as the outage asks for, not as long as the page has been open', async () => {
    const { server, sent, clock } = createServerWith(issuer, () => page(503))
    clock.advance(day)
    for (const pauseMs of [250, 500, 1_000, 2_000, 4_000, 7_200]) {
      await expect(server.metadata()).rejects.toMatchObject({ retryAt: clock.now() + pauseMs })
      const before = sent.length
      clock.advance(pauseMs - 1)
      await expect(server.metadata()).rejects.toMatchObject(unavailable)
      expect(sent).toHaveLength(before)
      clock.advance(1)
    }
  })

  it.each(['http://as.example', 'nowhere'])(
    'says which issuer cannot be asked: %s',
    async (where) => {
      const { server, sent } = createServerWith(where)
      await expect(server.metadata()).rejects.toThrow('issuer')
      expect(sent).toEqual([])
    },
  )

  it('resolves relative endpoints against the page that it was first used on', async () => {
    let pageUrl = 'https://app.example/a/'
    const read = createDiscovery({
      authorizationServer: { issuer, token_endpoint: 'token' },
      store: createMemoryTokenStore(),
      clock: createManualClock(),
      random: { fraction: () => 0, id: () => 'id' },
      fetch: () => () => Promise.reject(new Error('not to be asked')),
      timeoutMs: 10_000,
      optionsBase: pageUrl,
    })
    await read()
    pageUrl = 'https://app.example/b/'
    expect((await read()).token_endpoint).toBe('https://app.example/a/token')
  })
})

describe('createDiscovery: the stored copy', () => {
  it('spares a reload the discovery for a day', async () => {
    const first = createServerWith(issuer)
    await first.server.metadata()
    first.clock.advance(day - 1)
    const reloaded = createServerWith(issuer, () => page(503), first)
    expect(await reloaded.server.metadata()).toEqual(metadata)
    expect(reloaded.sent).toEqual([])
  })

  it('is renewed after a day', async () => {
    const first = createServerWith(issuer)
    await first.server.metadata()
    first.clock.advance(day)
    const renewed = { ...metadata, token_endpoint: `${issuer}/v2/token` }
    const next = createServerWith(issuer, () => json(200, renewed), first)
    expect(await next.server.metadata()).toEqual(renewed)
    const afterwards = createServerWith(issuer, () => page(503), first)
    expect(await afterwards.server.metadata()).toEqual(renewed)
  })

  it('is used past its day when discovery is down', async () => {
    const first = createServerWith(issuer)
    await first.server.metadata()
    first.clock.advance(30 * day)
    const next = createServerWith(issuer, () => page(503), first)
    expect(await next.server.metadata()).toEqual(metadata)
    expect(next.sent).toHaveLength(1)
  })

  it('is not used against what the server says now', async () => {
    const first = createServerWith(issuer)
    await first.server.metadata()
    first.clock.advance(day)
    const answer = (): Response => json(200, { ...metadata, issuer: 'https://evil.example' })
    const next = createServerWith(issuer, answer, first)
    await expect(next.server.metadata()).rejects.toMatchObject({ code: 'METADATA_INVALID' })
  })

  it.each<[string, unknown]>([
    ['another issuer', { ...metadata, issuer: 'https://evil.example' }],
    ['a cleartext endpoint', { ...metadata, token_endpoint: 'http://as.example/token' }],
    ['an endpoint that is no text', { ...metadata, token_endpoint: {} }],
    ['no token endpoint', { issuer }],
    ['nothing', null],
    ['text', 'metadata'],
  ])('is not believed with %s', async (_, planted) => {
    const { server, sent, store, clock } = createServerWith(issuer)
    await store.update(`metadata ${issuer}`, () => ({
      put: { fetchedAt: clock.now(), metadata: planted },
      result: undefined,
    }))
    expect(await server.metadata()).toEqual(metadata)
    expect(sent).toHaveLength(1)
  })

  it.each([undefined, null, 'x', [], { metadata }, { fetchedAt: 'now', metadata }])(
    'is not believed as %j',
    async (put) => {
      const { server, store } = createServerWith(issuer)
      await store.update(`metadata ${issuer}`, () => ({ put, result: undefined }))
      expect(await server.metadata()).toEqual(metadata)
    },
  )

  it('is not believed from the future, as a clock that was wrong leaves it', async () => {
    const first = createServerWith(issuer)
    await first.server.metadata()
    first.clock.stepWallClock(-2 * day)
    const next = createServerWith(issuer, () => json(200, metadata), first)
    await next.server.metadata()
    expect(next.sent).toHaveLength(1)
  })

  it('is done without where storage refuses', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('denied'))
    const store = { read: refuse, update: refuse }
    const { server } = createServerWith(issuer, () => json(200, metadata), { store })
    expect(await server.metadata()).toEqual(metadata)
  })
})

/** Answers in turn; the last answer stays. */
function firstThen(...answers: readonly Answer[]): Answer {
  let calls = 0
  return (request) => {
    const answer = answers[Math.min(calls, answers.length - 1)]
    calls += 1
    return answer ? answer(request) : Promise.reject(new Error('not to be asked'))
  }
}
