import { describe, expect, it } from 'vitest'
import { failureOf, named } from '../support/failure.ts'
import { createCode, mark, redirectUri, server } from './authorization-code-setup.ts'
import { clientId, issuer } from './server-double.ts'

describe('begin', () => {
  it('asks for a code with PKCE, and for nothing that nobody asked for', async () => {
    const { begin } = createCode()
    const { parameters, state } = await begin()
    expect(Object.fromEntries(parameters)).toEqual({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('asks for what the app configured and for what this call wants', async () => {
    const { begin } = createCode(undefined, {
      parameters: { scope: 'openid a', resource: 'https://api.example', audience: 'api' },
      authorizationParameters: { tenant: 'one', ui_locales: 'de', prompt: 'consent' },
    })
    const { parameters, nonce } = await begin({
      loginHint: 'a@example',
      acrValues: 'gold silver',
      maxAgeSeconds: 0,
      parameters: { tenant: 'two' },
    })
    expect(nonce).toMatch(/^[\w-]{43}$/)
    expect(Object.fromEntries(parameters)).toMatchObject({
      scope: 'openid a',
      resource: 'https://api.example',
      audience: 'api',
      tenant: 'two',
      ui_locales: 'de',
      prompt: 'consent',
      login_hint: 'a@example',
      acr_values: 'gold silver',
      max_age: '0',
    })
    expect((await begin({ prompt: 'none', scope: 'b' })).parameters.getAll('prompt')).toEqual([
      'none',
    ])
  })

  it('names each resource that a token may be wanted for, once', async () => {
    const [orders, reports, own] = ['orders', 'reports', 'own'].map(
      (name) => `https://${name}.example`,
    )
    const { begin } = createCode(undefined, {
      parameters: { resource: orders ?? '' },
      resourceServers: [
        'https://plain.example',
        { resource: reports },
        { resource: orders },
        { resource: reports },
        {},
      ],
    })
    expect((await begin()).parameters.getAll('resource')).toEqual([orders, reports])
    const { begin: beginOwn } = createCode(undefined, {
      authorizationParameters: { resource: own ?? '' },
      resourceServers: [{ resource: own }, { resource: reports }],
    })
    expect((await beginOwn()).parameters.getAll('resource')).toEqual([own, reports])
  })

  it('marks its state, by which the callback is known', async () => {
    const { begin, code } = createCode()
    const { state, callback } = await begin()
    expect(state.startsWith(mark)).toBe(true)
    expect(state.slice(mark.length)).toMatch(/^[\w-]{43}$/)
    expect(code.read(callback())).toMatchObject({ state, address: redirectUri })
  })

  it('has a state, a nonce and a verifier of its own for every sign-in', async () => {
    const { begin } = createCode(undefined, { parameters: { scope: 'openid' } })
    const [first, second] = [await begin(), await begin()]
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first.parameters.get(name)).not.toBe(second.parameters.get(name))
    }
  })

  it.each([[[]], [['plain']], [['s256']]])(
    'does not begin where the server knows no S256 among %j',
    async (methods) => {
      const { code, store } = createCode(undefined, {
        metadata: () => Promise.resolve({ ...server, code_challenge_methods_supported: methods }),
      })
      const failure = await failureOf(code.begin({}))
      expect(named(failure)).toBe('ConfigurationError METADATA_INVALID')
      expect(failure?.message).toContain('code_challenge_methods_supported')
      expect(await store.read('sign-in')).toBeUndefined()
    },
  )

  it.each([[['plain', 'S256']], [undefined], [null], ['S256'], [{}]])(
    'begins where nothing says that the server knows no S256: %j',
    async (methods) => {
      const { begin } = createCode(undefined, {
        metadata: () =>
          Promise.resolve({ ...server, code_challenge_methods_supported: methods as string[] }),
      })
      expect((await begin()).parameters.get('code_challenge_method')).toBe('S256')
    },
  )

  it('keeps what the endpoint has of its own', async () => {
    const authorization_endpoint = `${issuer}/authorize?policy=sign-up`
    const { begin } = createCode(undefined, {
      metadata: () => Promise.resolve({ ...server, authorization_endpoint }),
    })
    expect((await begin()).parameters.get('policy')).toBe('sign-up')
  })

  it.each([
    'response_type',
    'response_mode',
    'client_id',
    'redirect_uri',
    'state',
    'nonce',
    'scope',
    'max_age',
    'code_challenge',
    'code_challenge_method',
    'dpop_jkt',
    'request',
    'request_uri',
  ])('does not let the app set %s', async (name) => {
    const { code, store } = createCode()
    await expect(code.begin({ parameters: { [name]: 'x' } })).rejects.toThrow(
      new TypeError(`parameters.${name} is set by the protocol or by an option of its own`),
    )
    expect(await store.read('sign-in')).toBeUndefined()
  })

  it('does not begin without a redirect URI, or towards another origin', async () => {
    const { code } = createCode(undefined, { redirectUri: undefined })
    await expect(code.begin({})).rejects.toThrow(TypeError)
    await expect(createCode().code.begin({ returnTo: '//evil.example' })).rejects.toThrow(
      new TypeError('returnTo must be a path of this origin'),
    )
  })

  it.each([
    ['https://app.example//evil.example', '/'],
    ['https://app.example//', '/'],
    ['https://app.example/?a=1&code=c&state=0000001-0000001.s#top', '/?a=1#top'],
    ['https://app.example/a?q=b\\c#d\\e', '/a?q=b\\c#d\\e'],
  ])('begins on the page %s too, and returns to %s', async (pageUrl, returnTo) => {
    const { code, begin } = createCode(undefined, { pageUrl: () => pageUrl })
    expect((await code.redeem((await begin()).callback()))?.returnTo).toBe(returnTo)
  })

  it('says so when storage refuses', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('denied'))
    const { code } = createCode(undefined, { store: { read: refuse, update: refuse } })
    const refused = { name: 'StorageError', code: 'STORE_WRITE' }
    await expect(code.begin({})).rejects.toMatchObject(refused)
    await expect(code.redeem(`${redirectUri}?code=a&state=${mark}b`)).rejects.toMatchObject(refused)
  })

  it('does not begin where there is no authorization endpoint', async () => {
    const { code } = createCode(undefined, {
      metadata: () => Promise.resolve({ issuer, token_endpoint: `${issuer}/token` }),
    })
    await expect(code.begin({})).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'METADATA_INVALID',
    })
  })
})
