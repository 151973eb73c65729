import { describe, expect, it } from 'vitest'
import { createMemoryNavigation } from '../../src/testing/memory-navigation.ts'
import {
  createTokenManager,
  type AuthorizationServerMetadata,
  type TokenManagerOptions,
  type TokenStore,
} from '../../src/index.ts'
import { idToken } from '../support/id-token.ts'
import { createProfile } from '../support/tabs.ts'

const good = { authorizationServer: 'https://as.example', clientId: 'spa' }
const { openTab } = createProfile()

/** Creates as a caller without a type checker does. */
function createWith(options: unknown): void {
  createTokenManager(options as TokenManagerOptions)
}

function thrownBy(act: () => void): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

const issuerRule = 'must be an issuer identifier, without /.well-known/, or metadata with an issuer'
const wordRule = 'must be a non-empty string'
const addressRule =
  'must be an https URL (http only on loopback), a path (/callback) or a URL of an own scheme (com.example:/), without fragment'
const ahead = "must be 'in-use', 'visible' or 'never'"
const storageRule = "must be 'indexeddb', 'memory' or a store with read() and update()"

const wrong: readonly [name: string, values: readonly unknown[], rule: string][] = [
  ['authorizationServer', [undefined, '', 7, null, {}, { issuer: '' }, []], issuerRule],
  ['clientId', [undefined, '', 7, null], wordRule],
  ['scope', ['', ['openid'], null], wordRule],
  ['audience', ['', 7], wordRule],
  ['resource', ['', 7], wordRule],
  ['sessionName', ['', 7], wordRule],
  [
    'redirectUri',
    [
      'callback',
      '',
      'www.app.example/cb',
      'localhost:5173/cb',
      '//app.example/cb',
      '/\\evil.example',
      '/cb#x',
      'http://app.example/cb',
      'https://app.example/cb#x',
      'javascript:alert(1)',
      ' https://app.example/cb',
      'https://app.example/cb\n',
      'https://app.ex\tample/cb',
      'https:\\\\app.example\\cb',
      'https://user@app.example/cb',
      'https://:pass@app.example/cb',
      'com.example.app:/cb\n',
      7,
    ],
    addressRule,
  ],
  ['postLogoutRedirectUri', ['bye', 'http://app.example/', 'https://app.example/#'], addressRule],
  ['authorizationParameters', ['a=b', { a: 1 }, null], 'must be an object of strings'],
  ['resourceServers', ['https://api.example', {}, null], 'must be an array'],
  ['storage', ['cookie', 'localStorage', {}, { read() {} }, null], storageRule],
  [
    'leewayMs',
    ['60', -1, Number.NaN, Infinity, 31_622_400_001],
    'must be a number of ms from 0 to 31622400000',
  ],
  [
    'tokenRequestTimeoutMs',
    [0, 99, '10s', Number.NaN, 3_600_001],
    'must be a number of ms from 100 to 3600000',
  ],
  ['refreshAhead', [true, 'always', ''], ahead],
  ['spentRefreshToken', ['invalid_token', [1]], 'must be an array of strings'],
  [
    'endSession',
    [
      'https://as.example/logout',
      {},
      { url: '/logout' },
      { url: 'https://as.example/logout\n' },
      { url: 'https://user@as.example/' },
    ],
    'must be an object with an https url',
  ],
  ['dpop', [true, 'ES256', {}, []], 'must be what dpop() returns'],
  ['fetch', ['fetch', {}], 'must be a function'],
]

describe('createTokenManager', () => {
  it.each(
    wrong.flatMap(([name, values, rule]) => values.map((value) => [name, value, rule] as const)),
  )('refuses %s: %j, with a TypeError that says it %s', (name, value, rule) => {
    const error = thrownBy(() => createWith({ ...good, [name]: value }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toHaveProperty('message', `options.${name} ${rule}`)
  })

  const prefixRule =
    'must be an https URL (http only on loopback) without query, fragment and credentials'
  const entryRules: readonly [entry: unknown, rule: string][] = [
    ['http://api.example/', prefixRule],
    ['https://api.example/?a=b', prefixRule],
    ['https://user:word@api.example/', prefixRule],
    [{}, prefixRule],
    ['https://', prefixRule],
    [null, 'must be an object'],
  ]

  it.each(['returnToParameter', 'clientIdParameter'])(
    'refuses a wrong %s of endSession',
    (name) => {
      for (const value of ['', 7, null, {}]) {
        const endSession = { url: 'https://as.example/logout', [name]: value }
        expect(thrownBy(() => createWith({ ...good, endSession }))).toEqual(
          new TypeError(`options.endSession.${name} ${wordRule}`),
        )
      }
    },
  )

  it.each(entryRules)('refuses the resource server %j: it %s', (entry, rule) => {
    const options = {
      resourceServers: ['https://api.example/', entry],
    } as Partial<TokenManagerOptions>
    const error = thrownBy(() => openTab(options))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toHaveProperty('message', `options.resourceServers[1] ${rule}`)
  })

  it.each([undefined, null, 'https://as.example', 7])(
    'refuses %j in place of options',
    (options) => {
      const error = thrownBy(() => createWith(options))
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toHaveProperty('message', 'options must be an object')
    },
  )

  it.each([
    'clientSecret',
    'client_secret',
    'secret',
    'clientid',
    'issuer',
    'onError',
    '__proto__x',
  ])('takes no option %s, and does not repeat what it holds', (name) => {
    const error = thrownBy(() => createWith({ ...good, [name]: 'hush-hush' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(
      `options.${name} is not an option; there are authorizationServer,`,
    )
  })

  it('says so of a required one that is misspelt', () => {
    const { authorizationServer } = good
    const error = thrownBy(() => createWith({ authorizationServer, clientID: 'spa' }))
    expect(String(error)).toContain('options.clientID is not an option')
  })

  it.each(['toString', 'constructor', 'hasOwnProperty'])(
    'takes no option %s, though every object has one',
    (name) => {
      const error = thrownBy(() => createWith({ ...good, [name]: 'hush-hush' }))
      expect(String(error)).toContain(
        `options.${name} is not an option; there are authorizationServer,`,
      )
    },
  )

  it('takes a class of the app with getters, and checks what they return', async () => {
    const { server, store } = createProfile()
    class Configuration {
      readonly storage: TokenStore = store
      get authorizationServer(): AuthorizationServerMetadata {
        return server.metadata
      }
      get clientId(): string {
        return good.clientId
      }
      get scope(): string {
        return 'openid orders:read'
      }
      get redirectUri(): string {
        return 'https://app.example/callback'
      }
    }
    const navigation = createMemoryNavigation('https://app.example/')
    // This page stays, which it is told half a minute later.
    createTokenManager(new Configuration(), { navigation })
      .signIn()
      .catch(() => {})
    await expect.poll(() => navigation.left[0]).toContain('scope=openid+orders%3Aread')

    class Wrong extends Configuration {
      override get scope(): string {
        return ''
      }
    }
    expect(thrownBy(() => createWith(new Wrong()))).toEqual(
      new TypeError(`options.scope ${wordRule}`),
    )
  })

  it('takes nothing from Object.prototype, where another script may have put it', async () => {
    const { server, store } = createProfile()
    const pollution = Object.prototype as unknown as Record<string, unknown>
    Object.assign(pollution, {
      resourceServers: ['https://evil.example/'],
      resource: 7,
      redirect: 7,
    })
    try {
      const sent: (string | null)[] = []
      const auth = createTokenManager(
        {
          authorizationServer: server.metadata,
          clientId: 'spa',
          storage: store,
          async fetch(_, init) {
            sent.push(new Headers(init?.headers).get('authorization'))
            return new Response()
          },
        },
        { navigation: createMemoryNavigation('https://app.example/') },
      )
      await auth.startSession(server.signIn())
      await auth.fetch('https://evil.example/')
      expect(sent).toEqual([null])
      expect(await auth.getAuthorizationHeaders('https://evil.example/')).toEqual({})
      await auth.getAccessToken({})
      auth.dispose()
    } finally {
      for (const name of ['resourceServers', 'resource', 'redirect']) delete pollution[name]
    }
  })

  const evil = 'https://evil.example/'
  it.each<[string, unknown]>([
    ['revocation_endpoint', evil],
    ['end_session_endpoint', evil],
    ['scope', evil],
    ['resource', evil],
    ['audience', evil],
    ['request', evil],
    ['revoke', false],
    ['endSession', false],
    ['endSession', { url: evil }],
    ['redirectUri', evil],
    ['postLogoutRedirectUri', evil],
  ])(
    'lets nothing that stands on Object.prototype as %s change what is sent',
    async (name, value) => {
      const pollution = Object.prototype as unknown as Record<string, unknown>
      async function life(planted: unknown): Promise<readonly unknown[]> {
        const { server, store } = createProfile()
        const sent: unknown[] = []
        const navigation = createMemoryNavigation('https://app.example/')
        const authorizationServer = {
          issuer: server.issuer,
          authorization_endpoint: `${server.issuer}/authorize`,
          token_endpoint: `${server.issuer}/token`,
          // What is planted takes the place of what is not there.
          ...(name === 'revocation_endpoint'
            ? {}
            : { revocation_endpoint: `${server.issuer}/revoke` }),
          ...(name === 'end_session_endpoint'
            ? {}
            : { end_session_endpoint: `${server.issuer}/end` }),
        }
        if (planted !== undefined) pollution[name] = planted
        try {
          const auth = createTokenManager(
            {
              authorizationServer,
              clientId: 'spa',
              storage: store,
              ...(name === 'redirectUri' ? {} : { redirectUri: '/callback' }),
              ...(name === 'postLogoutRedirectUri' ? {} : { postLogoutRedirectUri: '/' }),
              resourceServers: [{ url: 'https://api.example/' }],
              async fetch(input, init) {
                const { url } = new Request(input, init)
                sent.push([url, init?.body, new Headers(init?.headers).get('authorization')])
                return url.startsWith(server.issuer) ? server.fetch(input, init) : new Response()
              },
            },
            { navigation },
          )
          const signIn = auth.signIn({
            openUrl(address) {
              const { searchParams } = new URL(address)
              for (const once of ['state', 'code_challenge']) searchParams.delete(once)
              sent.push([address.split('?')[0], String(searchParams)])
            },
          })
          await signIn.catch((error: unknown) => sent.push(error))
          const signedIn = server.signIn({ id_token: idToken() })
          await auth.startSession({ ...signedIn, scope: 'openid orders:read' })
          await auth.getAccessToken()
          await auth.fetch('https://api.example/orders')
          await auth.refresh()
          await auth.signOut()
          auth.dispose()
          return [...sent, ...navigation.left]
        } finally {
          delete pollution[name]
        }
      }
      const usual = await life(undefined)
      expect(usual.length).toBeGreaterThan(2)
      expect(await life(value)).toEqual(usual)
    },
  )

  it.each([
    ['https://app.example/app/', 'https://app.example/app/api/orders', 'Bearer'],
    ['https://cdn.example/assets/', 'https://app.example/deep/api/orders', 'Bearer'],
    // A planted <base> gets no token, and is not where relative options lead.
    ['https://cdn.example/assets/', 'https://cdn.example/assets/api/orders', null],
  ])('resolves relative ones against the base %s: %s', async (base, url, scheme) => {
    const { server, store } = createProfile()
    const memory = createMemoryNavigation('https://app.example/deep/link')
    const sent: [url: string, scheme: string | null][] = []
    const auth = createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        storage: store,
        resourceServers: ['api/'],
        async fetch(input, init) {
          const authorization = new Headers(init?.headers).get('authorization')
          sent.push([input as string, authorization && (authorization.split(' ')[0] ?? '')])
          return new Response()
        },
      },
      { navigation: { ...memory, baseUrl: () => base } },
    )
    await auth.startSession(server.signIn())
    await auth.fetch(url)
    expect(sent).toEqual([[url, scheme]])
    auth.dispose()
  })

  it('lets requests be relative to where the base leads at that moment', async () => {
    const { server, store } = createProfile()
    const memory = createMemoryNavigation('https://app.example/deep/link')
    let base = 'https://app.example/one/'
    const sent: unknown[] = []
    const auth = createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        storage: store,
        resourceServers: ['/'],
        async fetch(input) {
          sent.push(input)
          return new Response()
        },
      },
      { navigation: { ...memory, baseUrl: () => base } },
    )
    await auth.startSession(server.signIn())
    await auth.fetch('orders')
    base = 'https://app.example/two/'
    await auth.fetch('orders')
    expect(sent).toEqual(['https://app.example/one/orders', 'https://app.example/two/orders'])
    expect(await auth.getAuthorizationHeaders('orders')).toHaveProperty('authorization')
    auth.dispose()
  })

  it('takes undefined for every optional option', () => {
    const names = wrong.map(([name]) => name).filter((name) => !(name in good))
    const absent = Object.fromEntries(names.map((name) => [name, undefined]))
    expect(() => createWith({ ...good, ...absent })).not.toThrow()
  })

  const accepted: readonly Partial<TokenManagerOptions>[] = [
    { redirectUri: 'http://localhost:5173/callback' },
    { redirectUri: 'http://127.0.0.1/callback' },
    { redirectUri: 'http://127.0.0.2:5173/callback' },
    { redirectUri: 'http://tenant-a.localhost:5173/callback' },
    { redirectUri: 'http://[::1]:8080/callback' },
    { redirectUri: 'com.example.app:/callback' },
    { redirectUri: 'com.example.app://callback' },
    { leewayMs: 0 },
    { tokenRequestTimeoutMs: 100 },
    { tokenRequestTimeoutMs: 3_600_000, patienceMs: 3_600_000, leewayMs: 31_622_400_000 },
    { spentRefreshToken: [] },
    { resourceServers: [] },
    { resourceServers: ['/api', { url: 'http://localhost:3000' }] },
  ]

  it.each(accepted)('takes %j', (options) => {
    expect(() => openTab(options)).not.toThrow()
  })

  it.each([
    'javascript:alert(1)//a.b:/',
    'data:text/html,a.b',
    'app://callback',
    'com.example.app:callback',
    'com.example.app://callback#fragment',
    'com.example app:/callback',
    'blob:https://app.example/1',
    'file:///callback.html',
  ])('refuses %s for a redirectUri, which an app of its own scheme may have', (redirectUri) => {
    expect(() => openTab({ redirectUri })).toThrow('options.redirectUri must be an https URL')
  })

  it('refuses metadata that do not do only when they are wanted, as a ConfigurationError', async () => {
    const profile = createProfile()
    const tab = profile.openTab({
      authorizationServer: {
        issuer: 'https://as.example',
        token_endpoint: 'http://as.example/token',
      },
    })
    await tab.auth.startSession(profile.server.signIn())
    await expect(tab.auth.refresh()).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'INSECURE_ENDPOINT',
    })
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
    expect(profile.sent).toHaveLength(0)
  })
})

describe('a wrong argument', () => {
  it('of signIn is a TypeError, and the page stays', async () => {
    const { auth, navigation } = openTab({ redirectUri: 'https://app.example/callback' })
    const { auth: without } = openTab()
    await expect(without.signIn()).rejects.toThrow('options.redirectUri is required for signIn()')
    await expect(auth.signIn({ returnTo: 'https://evil.example/' })).rejects.toThrow(TypeError)
    await expect(auth.signIn({ returnTo: '//evil.example' })).rejects.toThrow(TypeError)
    await expect(auth.signIn({ parameters: { state: 'mine' } })).rejects.toThrow(
      'parameters.state is set by the protocol',
    )
    expect(navigation.left).toEqual([])
  })

  it('of fetch is a TypeError, and nothing is sent', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const targets: readonly [string, RequestInit?][] = [
      ['http://api.example/v2/orders'],
      ['https://user:word@api.example/v2/orders'],
      ['https://api.example/v2/orders', { mode: 'no-cors' }],
    ]
    for (const [url, init] of targets) {
      await expect(auth.fetch(url, init)).rejects.toThrow(TypeError)
    }
    expect(profile.api.requests).toHaveLength(0)
  })
})
