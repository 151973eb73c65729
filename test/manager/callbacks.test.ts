import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import type { TokenManagerOptions } from '../../src/index.ts'
import { json, page } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { arrivingWith, cut } from '../support/token-replies.ts'

const options = { scope: 'openid orders', redirectUri }

async function begun(
  returnTo = '/orders?page=2#row',
  more: Partial<TokenManagerOptions> = {},
): Promise<{ profile: Profile; left: URL }> {
  const profile = createProfile()
  const left = await leaveToSignIn(profile.openTab({ ...options, ...more }), { returnTo })
  return { profile, left }
}

afterEach(() => {
  vi.restoreAllMocks()
})

const arriveAt = (profile: Profile, url: string): Tab => profile.openTab(options, {}, url)

describe('what is not this manager’s', () => {
  const urls = [
    'https://app.example/callback?code=other&state=other',
    'https://app.example/callback?error=access_denied&state=other',
    'https://app.example/callback?error=access_denied',
    'https://app.example/callback?country=US&state=CA&code=90210#code=1',
    'https://app.example/callback?a%20b&flag&x~z&a+b&state=CA',
    'https://app.example/callback?',
    'https://app.example/elsewhere?code=a&state=b',
    'https://app.example/callback/?code=a&state=b',
  ]

  it.each(urls)('stays as it is, signed in or out: %s', async (url) => {
    const profile = createProfile()
    for (const tab of [arriveAt(profile, url), await profile.openSignedInTab(options, {})]) {
      tab.navigation.replaceUrl(url)
      const replace = vi.spyOn(tab.navigation, 'replaceUrl')
      await expect(tab.auth.handleRedirect()).resolves.toBeUndefined()
      await expect(tab.auth.handleRedirect(url)).resolves.toBeUndefined()
      expect(replace).not.toHaveBeenCalled()
      expect(tab.navigation.currentUrl()).toBe(url)
    }
    expect(profile.sent).toEqual([])
  })

  it.each<[string, Partial<TokenManagerOptions>]>([
    ['another client', { clientId: 'reports' }],
    ['another session', { sessionName: 'second' }],
    ['another server', { authorizationServer: 'https://other.example' }],
  ])('reaches the manager of %s, in whatever order they ask', async (_, other) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    for (const signedIn of [false, true]) {
      for (const otherFirst of [false, true]) {
        const { profile, left } = await begun('/mine')
        const url = callbackOf(left)
        const tab = profile.openTab(options, {}, url)
        const stranger = profile.openTab(
          { ...options, ...other },
          { navigation: tab.navigation },
          url,
        )
        if (signedIn) await stranger.auth.startSession(profile.server.signIn())
        profile.server.answerNext(redeeming(profile, left))
        const asked = otherFirst ? [stranger, tab] : [tab, stranger]
        const arrivals = []
        for (const { auth } of asked) arrivals.push(await auth.handleRedirect())
        expect(arrivals[otherFirst ? 1 : 0]).toEqual({ returnTo: '/mine' })
        expect(arrivals[otherFirst ? 0 : 1]).toBeUndefined()
      }
    }
  })

  it('is left alone although this tab remembers a callback of its own that failed', async () => {
    const { profile, left } = await begun()
    const tab = arriveAt(profile, callbackOf(left, { error: 'access_denied' }))
    await failureOf(tab.auth.handleRedirect())
    await tab.auth.startSession(profile.server.signIn())
    const other = `${redirectUri}?code=a&state=other`
    tab.navigation.replaceUrl(other)
    await expect(tab.auth.handleRedirect()).resolves.toBeUndefined()
    expect(tab.navigation.currentUrl()).toBe(other)
  })
})

describe('an error without a state', () => {
  it('is the answer to the sign-in that this tab has open', async () => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const before = profile.openTab(options, { tabStorage }, 'https://app.example/orders/7')
    await leaveToSignIn(before)
    const url = `${redirectUri}?error=access_denied&a%20b`
    const tab = profile.openTab(options, { tabStorage }, url)
    const error = await failureOf(tab.auth.handleRedirect())
    expect(error).toMatchObject({ name: 'SignInError', code: 'DENIED', returnTo: '/orders/7' })
    expect(tab.navigation.currentUrl()).toBe(`${redirectUri}?a%20b`)
    // It has its answer now.
    tab.navigation.replaceUrl(url)
    await expect(tab.auth.handleRedirect()).resolves.toBeUndefined()
  })

  it.each(['in the same page', 'after a reload of it'])(
    'is the answer to the sign-in that is shown elsewhere, %s',
    async (when) => {
      const profile = createProfile()
      const tabStorage = createMemoryTabStorage()
      const before = profile.openTab(options, { tabStorage }, 'https://app.example/orders/7')
      await before.auth.signIn({ openUrl: () => {} })
      const isSame = when === 'in the same page'
      const { auth } = isSame ? before : profile.openTab(options, { tabStorage })
      const url = `${redirectUri}?error=access_denied`
      const error = await failureOf(auth.handleRedirect(url))
      expect(error).toMatchObject({ name: 'SignInError', code: 'DENIED', returnTo: '/orders/7' })
      await expect(auth.handleRedirect(url)).resolves.toBeUndefined()
    },
  )

  it('is the answer to the sign-in that was left for last, though one was shown elsewhere before', async () => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const before = profile.openTab(options, { tabStorage }, 'https://app.example/orders/7')
    await before.auth.signIn({ openUrl: () => {}, returnTo: '/elsewhere' })
    await leaveToSignIn(before)
    const url = `${redirectUri}?error=access_denied`
    const tab = profile.openTab(options, { tabStorage }, url)
    expect(await failureOf(tab.auth.handleRedirect())).toMatchObject({ returnTo: '/orders/7' })
  })

  it('is somebody else’s in another tab', async () => {
    const { profile } = await begun()
    const tab = arriveAt(profile, `${redirectUri}?error=access_denied`)
    await expect(tab.auth.handleRedirect()).resolves.toBeUndefined()
    expect(tab.navigation.currentUrl()).toBe(`${redirectUri}?error=access_denied`)
  })
})

describe('a callback at another address than redirectUri', () => {
  it.each([
    ['https://app.example/callback', 'https://app.example/callback/'],
    ['https://app.example/callback/', 'https://app.example/callback'],
    ['https://app.example/app/', 'https://app.example/app/index.html'],
    ['https://app.example/callback.html', 'https://app.example/callback'],
    ['https://app.example/callback', 'https://www.app.example/callback'],
    ['https://app.example/callback', 'https://app.example/'],
  ])('for %s: %s is said to be another', async (wanted, landed) => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const own = { ...options, redirectUri: wanted }
    const left = await leaveToSignIn(profile.openTab(own), { returnTo: '/orders' })
    const query = `?a%20b&code=code-secret-1&state=${left.searchParams.get('state')}`
    const tab = profile.openTab(own, { tabStorage }, landed + query)
    const error = await failureOf(tab.auth.handleRedirect())
    expect(error).toMatchObject({
      name: 'SignInError',
      code: 'REDIRECT_URI_MISMATCH',
      returnTo: '/orders',
    })
    expect(error?.message).toContain(`${landed} `)
    expect(error?.message).toContain(`${wanted}:`)
    expect(error?.message).not.toMatch(/secret|\?/)
    expect(tab.navigation.currentUrl()).toBe(`${landed}?a%20b`)
    expect(profile.sent).toEqual([])

    const reloaded = profile.openTab(own, { tabStorage }, `${landed}?a%20b`)
    const again = await failureOf(reloaded.auth.handleRedirect())
    expect(again).toMatchObject({ code: 'REDIRECT_URI_MISMATCH', returnTo: '/orders' })
    await reloaded.auth.startSession(profile.server.signIn())
    await expect(reloaded.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
    await expect(reloaded.auth.handleRedirect()).resolves.toBeUndefined()
  })

  it('is fine where the sign-in was begun with that address', async () => {
    const { profile, left } = await begun('/orders')
    profile.server.answerNext(redeeming(profile, left))
    const moved = { ...options, redirectUri: 'https://app.example/new-callback' }
    const { auth } = profile.openTab(moved, {}, callbackOf(left))
    await expect(auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
  })

  it('is looked for in the address that the app hands over', async () => {
    const { profile, left } = await begun('/orders')
    const { auth } = profile.openTab(options)
    const url = callbackOf(left).replace('/callback?', '/callback/?')
    expect(named(await failureOf(auth.handleRedirect(url)))).toBe(
      'SignInError REDIRECT_URI_MISMATCH',
    )
  })
})

describe('where the user wanted to go', () => {
  const failures: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    (() => Response) | undefined,
  ])[] = [
    ['Cancel', { error: 'access_denied' }, undefined],
    ['a server in trouble', { error: 'temporarily_unavailable' }, undefined],
    ['a client that is not accepted', { error: 'invalid_scope' }, undefined],
    ['an answer that does not fit', { code: 'c', iss: 'https://other.example' }, undefined],
    ['a token endpoint in trouble', { code: 'c' }, () => page(503)],
    ['a code that is refused', { code: 'c' }, () => json(400, { error: 'invalid_grant' })],
    ['a client that is refused', { code: 'c' }, () => json(401, { error: 'invalid_client' })],
  ]

  it.each(failures)('is known after %s, and by the next sign-in', async (_, query, reply) => {
    const { profile, left } = await begun('/orders?page=2#row')
    const tabStorage = createMemoryTabStorage()
    profile.server.answerAlways(reply)
    const tab = profile.openTab(options, { tabStorage }, callbackOf(left, query))
    const error = await failureOf(profile.passUntil(tab.auth.handleRedirect()))
    expect(error).toMatchObject({ returnTo: '/orders?page=2#row' })
    expect(error?.name).toMatch(/^(SignIn|Configuration)Error$/)
    expect(error?.message).not.toMatch(/kept/)
    // From here, and after a reload.
    const reloaded = profile.openTab(options, { tabStorage }, tab.navigation.currentUrl())
    await expect(reloaded.auth.handleRedirect()).resolves.toBeUndefined()
    for (const again of [tab, reloaded]) {
      const next = await leaveToSignIn(again)
      profile.server.answerAlways(redeeming(profile, next))
      const arrived = arriveAt(profile, callbackOf(next))
      await expect(arrived.auth.handleRedirect()).resolves.toEqual({
        returnTo: '/orders?page=2#row',
      })
    }
  })

  it('is known when storage refuses what the sign-in had to remember', async () => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const left = await leaveToSignIn(profile.openTab(options, { tabStorage }), {
      returnTo: '/orders',
    })
    const tab = profile.openTab(options, { tabStorage }, callbackOf(left))
    await tab.auth.ready
    profile.store.refuses = (operation) => operation === 'update'
    const error = await failureOf(tab.auth.handleRedirect())
    expect(error).toMatchObject({ name: 'StorageError', code: 'STORE_WRITE', returnTo: '/orders' })
  })

  /** Reloads the page of a callback while its code is on the way. */
  async function reloadInTheMiddle(): Promise<{ profile: Profile; reloaded: Tab }> {
    const { profile, left } = await begun('/orders')
    const tabStorage = createMemoryTabStorage()
    profile.server.answerNext(() => new Promise(() => {}))
    const tab = profile.openTab(options, { tabStorage }, callbackOf(left))
    void tab.auth.handleRedirect().catch(() => undefined)
    await vi.waitUntil(() => profile.sent.length > 0, patience)
    const reloaded = profile.openTab(options, { tabStorage }, tab.navigation.currentUrl())
    return { profile, reloaded }
  }

  it('is known after a reload in the middle of a redemption', async () => {
    const { profile, reloaded } = await reloadInTheMiddle()
    await expect(reloaded.auth.handleRedirect()).resolves.toBeUndefined()
    const next = await leaveToSignIn(reloaded)
    profile.server.answerAlways(redeeming(profile, next))
    const arrived = arriveAt(profile, callbackOf(next))
    await expect(arrived.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
  })

  it('is known after a reload in the middle whose session has begun all the same', async () => {
    const { profile, reloaded } = await reloadInTheMiddle()
    await profile.openSignedInTab(options)
    await settle()
    await expect(reloaded.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
    await expect(reloaded.auth.handleRedirect()).resolves.toBeUndefined()
  })

  it('is the page itself again once a session has begun', async () => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const own = { redirectUri: 'https://app.example/' }
    const left = await leaveToSignIn(profile.openTab(own, { tabStorage }), { returnTo: '/orders' })
    const state = left.searchParams.get('state')
    profile.server.answerAlways(() => json(200, profile.server.signIn()))
    const url = `https://app.example/?code=c&state=${state}`
    const tab = profile.openTab(own, { tabStorage }, url)
    await expect(tab.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders' })
    await expect(tab.auth.handleRedirect()).resolves.toBeUndefined()
    const next = await leaveToSignIn(tab)
    const { auth } = profile.openTab(
      own,
      {},
      url.replace(state ?? '', next.searchParams.get('state') ?? ''),
    )
    await expect(auth.handleRedirect()).resolves.toEqual({ returnTo: '/' })
  })

  it.each([undefined, '{', '[]', '{"returnTo":7}', '{"returnTo":"//evil.example"}'])(
    'is the start of the app where a tab remembers %j',
    async (remembered) => {
      const { profile, left } = await begun('/orders')
      const tabStorage = { get: () => remembered, set() {} }
      const state = `${left.searchParams.get('state')?.split('.')[0]}.unknown`
      const tab = profile.openTab(options, { tabStorage }, callbackOf(left, { state, code: 'c' }))
      expect(await failureOf(tab.auth.handleRedirect())).toMatchObject({
        code: 'NO_TRANSACTION',
        returnTo: '/',
      })
    },
  )
})

describe('a callback that is opened again', () => {
  it('knows where to go without a session, too', async () => {
    const { profile, left } = await begun('/orders')
    profile.server.answerNext(redeeming(profile, left))
    const first = arriveAt(profile, callbackOf(left))
    await first.auth.handleRedirect()
    await first.auth.signOut({ revoke: false })
    const again = await failureOf(arriveAt(profile, callbackOf(left)).auth.handleRedirect())
    expect(again).toMatchObject({ code: 'NO_TRANSACTION', returnTo: '/orders' })
  })

  it('a day later goes to the start of the app while there is a session', async () => {
    const { profile, left } = await begun('/orders')
    profile.server.answerNext(redeeming(profile, left))
    await arriveAt(profile, callbackOf(left)).auth.handleRedirect()
    profile.clock.advance(86_400_000)
    const { auth } = arriveAt(profile, callbackOf(left))
    await expect(auth.handleRedirect()).resolves.toEqual({ returnTo: '/' })
    expect(profile.sent).toHaveLength(1)
  })
})

describe('a sign-out while a code is redeemed', () => {
  async function redeemingWhile(
    change: (profile: Profile, tab: Tab) => Promise<unknown>,
    reply?: () => Response,
  ): Promise<{ profile: Profile; tab: Tab; error: string; given: readonly string[] }> {
    const { profile, left } = await begun('/orders')
    await profile.openSignedInTab(options)
    const answer = createDeferred()
    const good = redeeming(profile, left)
    profile.server.answerNext(arrivingWith(answer.promise, reply ?? good))
    const tab = arriveAt(profile, callbackOf(left))
    const arrived = failureOf(tab.auth.handleRedirect())
    await vi.waitUntil(() => profile.sent.length > 0, patience)
    const given = [...profile.server.secrets]
    await change(profile, tab)
    await settle()
    answer.resolve()
    const error = await profile.passUntil(arrived)
    await settle()
    return { profile, tab, error: named(error), given }
  }

  it('in another tab wins, and the fresh refresh token is revoked', async () => {
    const { profile, tab, error } = await redeemingWhile((all) =>
      all.openTab(options).auth.signOut({ revoke: false }),
    )
    expect(error).toBe('SignInError DENIED')
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
    expect(profile.server.counts.revocations).toBe(1)
    expect((await profile.openTab(options).auth.ready).status).toBe('signed-out')
  })

  it('in this tab wins', async () => {
    const { tab, error } = await redeemingWhile((_, { auth }) => auth.signOut({ revoke: false }))
    expect(error).toBe('SignInError DENIED')
    expect(tab.auth.getState().status).toBe('signed-out')
  })

  it('wins when nobody was signed in', async () => {
    const { tab, error } = await redeemingWhile(async (all) => {
      await all.openTab(options).auth.signOut({ revoke: false })
      await all.openTab(options).auth.signOut({ revoke: false })
    })
    expect(error).toBe('SignInError DENIED')
    expect(tab.auth.getState().status).toBe('signed-out')
  })

  it('wins also for the session of whoever has signed in after it', async () => {
    let token = ''
    const { tab, error } = await redeemingWhile(async (all) => {
      const other = all.openTab(options)
      await other.auth.signOut({ revoke: false })
      const response = all.server.signIn()
      token = response.access_token
      await other.auth.startSession(response)
    })
    expect(error).toBe('SignInError DENIED')
    expect(await tab.auth.getAccessToken()).toBe(token)
  })

  it('wins when storage refuses', async () => {
    const { profile, tab, error } = await redeemingWhile(async (all, { auth }) => {
      all.store.refuses = (operation) => operation === 'update'
      await auth.signOut({ revoke: false })
    })
    expect(error).toBe('SignInError DENIED')
    profile.store.refuses = () => false
    tab.page.emit('visible')
    await settle()
    expect(tab.auth.getState().status).toBe('signed-out')
  })

  it('keeps the code from being sent again', async () => {
    const { profile, error } = await redeemingWhile(
      (all) => all.openTab(options).auth.signOut({ revoke: false }),
      () => page(503),
    )
    expect(error).toBe('SignInError DENIED')
    expect(profile.sent).toHaveLength(1)
  })

  it('is not what a sign-in is: of two sign-ins the later one counts', async () => {
    const { tab, error } = await redeemingWhile((all) => all.openSignedInTab(options))
    expect(error).toBe('none')
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-1' })
  })

  it('is not what the end of an old session is', async () => {
    const { tab, error } = await redeemingWhile(async (all) => {
      all.server.revokeFamilies()
      await failureOf(all.openTab(options).auth.refresh())
    })
    expect(error).toBe('none')
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-1' })
  })

  it('of yesterday does not count', async () => {
    const { profile, left } = await begun('/orders')
    await profile.openTab(options).auth.signOut()
    profile.server.answerNext(redeeming(profile, left))
    await expect(arriveAt(profile, callbackOf(left)).auth.handleRedirect()).resolves.toBeDefined()
  })
})

describe('a sign-out while tokens that came from elsewhere are taken over', () => {
  it('wins', async () => {
    const profile = createProfile()
    const reads = createDeferred()
    profile.store.readsAfter = reads.promise
    const { auth } = profile.openTab(options)
    const taken = failureOf(auth.startSession(profile.server.signIn()))
    const leaving = auth.signOut({ revoke: false })
    reads.resolve()
    expect(await taken).toBeUndefined()
    await leaving
    await settle()
    expect(auth.getState().status).toBe('signed-out')
  })
})

describe('handleRedirect', () => {
  it('finishes two different callbacks that are handed over at the same time', async () => {
    const profile = createProfile()
    const lefts = [
      await leaveToSignIn(profile.openTab(options), { returnTo: '/one' }),
      await leaveToSignIn(profile.openTab(options), { returnTo: '/two' }),
    ]
    profile.server.answerAlways((request) => {
      const isFirst = request.parameters.get('code') === 'one'
      return redeeming(profile, lefts[isFirst ? 0 : 1] as URL)(request)
    })
    const { auth } = profile.openTab(options)
    const arrivals = await Promise.all(
      lefts.map((left, at) => auth.handleRedirect(callbackOf(left, { code: ['one', 'two'][at] }))),
    )
    expect(arrivals).toEqual([{ returnTo: '/one' }, { returnTo: '/two' }])
  })

  it.each(['https://', { url: redirectUri }, 'https://a.example:99999/?code=secret'])(
    'names what is wrong with %j, and not what is in it',
    async (url) => {
      const { auth } = createProfile().openTab(options)
      await expect(auth.handleRedirect(url as string)).rejects.toThrow(
        new TypeError('handleRedirect(url): url must be an address'),
      )
    },
  )

  it('is done within 30 s and one request, whatever the token endpoint does', async () => {
    for (const reply of [cut, () => page(503), () => new Promise<Response>(() => {})]) {
      const { profile, left } = await begun('/orders')
      profile.server.answerAlways(reply)
      const startedAt = profile.clock.monotonic()
      const { auth } = arriveAt(profile, callbackOf(left))
      const error = await failureOf(profile.passUntil(auth.handleRedirect()))
      expect(error).toMatchObject({ code: 'UNAVAILABLE', returnTo: '/orders' })
      expect(profile.clock.monotonic() - startedAt).toBeLessThanOrEqual(40_000)
    }
  })
})

describe('addresses relative to the origin of the page', () => {
  it('are sent absolute', async () => {
    const profile = createProfile()
    const tab = profile.openTab({
      ...options,
      redirectUri: '/callback',
      postLogoutRedirectUri: '/bye?from=app',
      endSession: { url: 'https://as.example/logout' },
    })
    const left = await leaveToSignIn(tab)
    expect(left.searchParams.get('redirect_uri')).toBe(redirectUri)
    await tab.auth.signOut()
    const [, out = ''] = tab.navigation.left
    expect(new URL(out).searchParams.get('post_logout_redirect_uri')).toBe(
      'https://app.example/bye?from=app',
    )
  })

  it.each(['http://intranet.example/', 'about:blank'])('do not do on the page %s', (url) => {
    for (const name of ['redirectUri', 'postLogoutRedirectUri']) {
      expect(() => createProfile().openTab({ [name]: '/callback' }, {}, url)).toThrow(
        `options.${name} must be`,
      )
    }
  })
})

describe('two issuers on one redirectUri', () => {
  const other = { authorizationServer: 'https://other.example' }

  async function meet(
    metadata: Readonly<Record<string, unknown>>,
    url?: string,
  ): Promise<unknown[]> {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    warn.mockClear()
    const { profile, left } = await begun('/orders')
    const authorizationServer = {
      issuer: 'https://second.example',
      token_endpoint: 'https://second.example/token',
      ...metadata,
    }
    const tab = profile.openTab({ ...options, authorizationServer }, {}, url ?? callbackOf(left))
    await tab.auth.handleRedirect()
    await tab.auth.handleRedirect()
    return warn.mock.calls.flat()
  }

  it('are warned of once, where an answer does not say whose it is', async () => {
    expect(await meet({})).toEqual([expect.stringContaining(redirectUri)])
  })

  it('are not, where it does, and not for another client or for what an app has of its own', async () => {
    expect(await meet({ authorization_response_iss_parameter_supported: true })).toEqual([])
    expect(await meet({}, `${redirectUri}?state=CA&code=1`)).toEqual([])
  })

  it('are warned of at the next sign-in where the metadata is discovered', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    warn.mockClear()
    const { profile, left } = await begun('/orders')
    const discovered = {
      ...options,
      ...other,
      fetch: async (input: RequestInfo | URL): Promise<Response> =>
        (input instanceof Request ? input.url : String(input)).endsWith('openid-configuration')
          ? json(200, {
              issuer: 'https://other.example',
              authorization_endpoint: 'https://other.example/authorize',
              token_endpoint: 'https://other.example/token',
            })
          : page(503),
    }
    const tab = profile.openTab(discovered, {}, callbackOf(left))
    await tab.auth.handleRedirect()
    expect(warn).not.toHaveBeenCalled()
    const next = await leaveToSignIn(tab)
    await failureOf(profile.passUntil(tab.auth.handleRedirect(callbackOf(next))))
    expect(warn).toHaveBeenCalledTimes(1)
  })
})
