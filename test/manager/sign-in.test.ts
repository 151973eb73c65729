import { describe, expect, it, vi } from 'vitest'
import type { TabStorage } from '../../src/index.ts'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import { json, page } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { idToken } from '../support/id-token.ts'
import { arrivingWith, cut, spoilt } from '../support/token-replies.ts'

const options = { scope: 'openid orders', redirectUri }

/** A browser in which a sign-in was begun. */
async function begun(returnTo?: string): Promise<{ profile: Profile; left: URL }> {
  const profile = createProfile()
  const left = await leaveToSignIn(profile.openTab(options), { returnTo })
  return { profile, left }
}

/** The page that a callback loads. */
function arriveAt(profile: Profile, url: string): Tab {
  return profile.openTab(options, {}, url)
}

describe('a sign-in', () => {
  it('leaves for the authorization server with everything it needs, and comes back signed in', async () => {
    const { profile, left } = await begun('/orders?open=1#first')
    expect(left.href).toMatch(profile.server.metadata.authorization_endpoint)
    expect(Object.fromEntries(left.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'spa',
      redirect_uri: redirectUri,
      scope: 'openid orders',
      state: expect.stringMatching(/.{20}/),
      nonce: expect.stringMatching(/.{20}/),
      code_challenge: expect.stringMatching(/.{43}/),
      code_challenge_method: 'S256',
    })

    profile.server.answerNext(redeeming(profile, left))
    const peer = profile.openTab(options)
    const tab = arriveAt(profile, callbackOf(left))
    await expect(tab.auth.handleRedirect()).resolves.toEqual({ returnTo: '/orders?open=1#first' })
    await settle()
    for (const { auth } of [tab, peer]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-1' })
      expect(profile.server.accepts(await auth.getAccessToken())).toBe(true)
    }
    await expect(tab.auth.refresh()).resolves.toBeUndefined()
    expect(profile.sent).toHaveLength(2)
  })

  it('is UNSUPPORTED where the browser leaves out what it needs, outside a secure context', async () => {
    const tab = createProfile().openTab(options)
    vi.stubGlobal('crypto', {})
    try {
      expect(named(await failureOf(tab.auth.signIn()))).toBe('ConfigurationError UNSUPPORTED')
    } finally {
      vi.unstubAllGlobals()
    }
    expect(tab.navigation.left).toEqual([])
  })

  it('may ask for another scope than the session’s', async () => {
    const left = await leaveToSignIn(createProfile().openTab(options), { scope: 'openid pay' })
    expect(left.searchParams.get('scope')).toBe('openid pay')
  })

  it('that was a step-up tells the app how the user was authenticated, also after a renewal', async () => {
    const { profile, left } = await begun()
    profile.server.answerNext(redeeming(profile, left, { acr: 'gold', amr: ['otp'], auth_time: 9 }))
    const tab = arriveAt(profile, callbackOf(left))
    await tab.auth.handleRedirect()
    expect(tab.auth.getState()).toMatchObject({ claims: { acr: 'gold', amr: ['otp'] } })
    profile.server.answerNext(spoilt({ id_token: idToken() }))
    await profile.passUntil(tab.auth.refresh())
    expect(tab.auth.getState()).toMatchObject({ claims: { acr: 'gold', amr: ['otp'] } })
  })

  it('comes back to where it began when nothing else was asked for', async () => {
    const { profile, left } = await begun()
    profile.server.answerNext(redeeming(profile, left))
    const { auth } = arriveAt(profile, callbackOf(left))
    await expect(auth.handleRedirect()).resolves.toEqual({ returnTo: '/start' })
  })

  it('does not leave where nothing lasts until it is back', async () => {
    const profile = createProfile()
    for (const storage of ['indexeddb', 'memory'] as const) {
      const { auth, navigation } = profile.openTab({ storage, redirectUri })
      const failure = await failureOf(profile.passUntil(auth.signIn()))
      expect(named(failure)).toBe('StorageError STORE_WRITE')
      expect(navigation.left).toEqual([])
    }
  })

  it('may run in several tabs at once', async () => {
    const profile = createProfile()
    const lefts = [
      await leaveToSignIn(profile.openTab(options), { returnTo: '/one' }),
      await leaveToSignIn(profile.openTab(options), { returnTo: '/two' }),
    ]
    for (const [index, left] of lefts.entries()) {
      profile.server.answerNext(redeeming(profile, left))
      const { auth } = arriveAt(profile, callbackOf(left))
      await expect(auth.handleRedirect()).resolves.toEqual({ returnTo: ['/one', '/two'][index] })
    }
  })

  it('of another user takes the place of the session that was there', async () => {
    const { profile, left } = await begun()
    const tab = profile.openTab(options)
    await tab.auth.startSession(profile.server.signIn())
    profile.server.answerNext(redeeming(profile, left, { sub: 'user-2' }))
    await arriveAt(profile, callbackOf(left)).auth.handleRedirect()
    await settle()
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-2' })
  })
})

describe('handleRedirect', () => {
  it('cleans the address before anything else, and leaves the rest of it', async () => {
    const { profile, left } = await begun()
    const url = new URL(callbackOf(left, { code: 'code-secret-1', iss: 'https://as.example' }))
    url.searchParams.set('theme', 'dark')
    const tab = arriveAt(profile, url.href)
    await tab.auth.ready
    const shown = new Set<string>()
    profile.store.refuses = () => {
      shown.add(tab.navigation.currentUrl())
      return false
    }
    const reply = redeeming(profile, left)
    profile.server.answerNext((request) => {
      shown.add(tab.navigation.currentUrl())
      return reply(request)
    })
    await expect(tab.auth.handleRedirect()).resolves.toBeDefined()
    expect(shown).toEqual(new Set([`${redirectUri}?theme=dark`]))
  })

  it('shares one redemption among concurrent calls', async () => {
    const { profile, left } = await begun('/orders')
    const arrival = createDeferred()
    profile.server.answerNext(arrivingWith(arrival.promise, redeeming(profile, left)))
    const { auth } = arriveAt(profile, callbackOf(left))
    const calls = [auth.handleRedirect(), auth.handleRedirect()]
    await settle()
    calls.push(auth.handleRedirect())
    arrival.resolve()
    expect(await Promise.all(calls)).toEqual([1, 2, 3].map(() => ({ returnTo: '/orders' })))
    expect(profile.sent).toHaveLength(1)
  })

  it('answers so to a callback that the same page hands over again, too', async () => {
    const { profile, left } = await begun()
    profile.server.answerNext(redeeming(profile, left))
    const { auth } = arriveAt(profile, callbackOf(left))
    await auth.handleRedirect()
    await expect(auth.handleRedirect(callbackOf(left))).resolves.toEqual({ returnTo: '/start' })
    expect(auth.getState()).toMatchObject({ status: 'signed-in', generation: 1 })
    expect(profile.sent).toHaveLength(1)
  })

  it('looks at such a callback anew, and says NO_TRANSACTION once the session is over', async () => {
    const { profile, left } = await begun()
    profile.server.answerNext(redeeming(profile, left))
    const { auth } = arriveAt(profile, callbackOf(left))
    await auth.handleRedirect()
    await auth.signOut({ revoke: false })
    const again = failureOf(auth.handleRedirect(callbackOf(left)))
    expect(named(await again)).toBe('SignInError NO_TRANSACTION')
  })

  it('on a page that is no callback answers when the stored session was read', async () => {
    const profile = createProfile()
    await profile.openSignedInTab(options)
    const reading = createDeferred()
    profile.store.readsAfter = reading.promise
    const { auth } = profile.openTab(options)
    const state = auth.handleRedirect().then(() => auth.getState().status)
    await settle()
    reading.resolve()
    expect(await state).toBe('signed-in')
  })

  it('leads to no other origin, whoever has written that into the tab’s memory', async () => {
    const tabStorage = createMemoryTabStorage()
    const left = await leaveToSignIn(createProfile().openTab(options, { tabStorage }))
    const tampered: TabStorage = {
      ...tabStorage,
      get: (key) => tabStorage.get(key)?.replaceAll('"/start"', '"https://evil.example/"'),
    }
    const { auth } = createProfile().openTab(options, { tabStorage: tampered }, callbackOf(left))
    const failure = await failureOf(auth.handleRedirect())
    expect(failure).toMatchObject({ code: 'NO_TRANSACTION', returnTo: '/' })
  })

  it('says NO_TRANSACTION to a callback that this browser did not ask for', async () => {
    const { profile, left } = await begun()
    const [mark = ''] = (left.searchParams.get('state') ?? '').split('.')
    const stranger = callbackOf(left, {
      code: 'code-of-a-stranger',
      state: `${mark}.of-a-stranger`,
    })
    const { auth } = arriveAt(profile, stranger)
    const failure = await failureOf(auth.handleRedirect())
    expect(named(failure)).toBe('SignInError NO_TRANSACTION')
    expect(failure).toMatchObject({ returnTo: '/' })
    expect(profile.sent).toHaveLength(0)
  })

  it.each([
    'https://app.example/start?code=a&state=b',
    'https://app.example/callback/more?code=a&state=b',
    `${redirectUri}?code=a`,
    `${redirectUri}?state=b`,
    redirectUri,
  ])('leaves %s alone: it is no callback', async (url) => {
    const profile = createProfile()
    const tab = arriveAt(profile, url)
    await expect(tab.auth.handleRedirect()).resolves.toBeUndefined()
    expect(tab.navigation.currentUrl()).toBe(url)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out' })
    expect(profile.sent).toHaveLength(0)
  })

  const refusals: readonly [error: string, failure: string][] = [
    ['access_denied', 'SignInError DENIED'],
    ['login_required', 'SignInError INTERACTION_REQUIRED'],
    ['consent_required', 'SignInError INTERACTION_REQUIRED'],
    ['temporarily_unavailable', 'SignInError UNAVAILABLE'],
    ['invalid_scope', 'ConfigurationError CLIENT_REJECTED'],
  ]

  it.each(refusals)('answers %s with a %s, and a session stays', async (word, failure) => {
    const { profile, left } = await begun()
    await profile.openSignedInTab(options)
    const url = callbackOf(left, { error: word, error_description: 'because' })
    const tab = arriveAt(profile, url)
    const error = await failureOf(tab.auth.handleRedirect())
    expect(named(error)).toBe(failure)
    expect(error?.oauth).toEqual({ error: word, error_description: 'because' })
    expect(tab.navigation.currentUrl()).toBe(redirectUri)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', generation: 1 })
  })

  const replies = [
    ['is refused', () => json(400, { error: 'invalid_grant' }), 'SignInError RESPONSE_INVALID'],
    ['meets a server in trouble', () => page(503), 'SignInError UNAVAILABLE'],
    ['meets no server', cut, 'SignInError UNAVAILABLE'],
    ['meets a page', () => page(200), 'SignInError UNAVAILABLE'],
    [
      'is not this client’s',
      () => json(401, { error: 'invalid_client' }),
      'ConfigurationError CLIENT_REJECTED',
    ],
  ] as const

  it.each(replies)('with a code that %s leaves a session as it is', async (_, reply, failure) => {
    const { profile, left } = await begun()
    await profile.openSignedInTab(options)
    profile.server.answerAlways(reply)
    const { auth } = arriveAt(profile, callbackOf(left))
    expect(named(await failureOf(profile.passUntil(auth.handleRedirect())))).toBe(failure)
    expect(auth.getState()).toMatchObject({ status: 'signed-in', generation: 1 })
    expect(profile.sent).toHaveLength(failure.endsWith('UNAVAILABLE') ? 4 : 1)
  })

  it.each([
    ['nonce', { nonce: 'another' }],
    ['nonce at all', { nonce: undefined }],
    ['audience', { aud: 'another' }],
    ['issuer', { iss: 'https://other.example' }],
  ])('refuses an id_token with another %s', async (_, claims) => {
    const { profile, left } = await begun()
    profile.server.answerNext(redeeming(profile, left, claims))
    const { auth } = arriveAt(profile, callbackOf(left))
    expect(named(await failureOf(auth.handleRedirect()))).toBe('SignInError RESPONSE_INVALID')
    expect(auth.getState()).toMatchObject({ status: 'signed-out' })
  })

  it('sends no code when the callback names another issuer', async () => {
    const { profile, left } = await begun()
    const url = callbackOf(left, { code: 'code-secret-1', iss: 'https://other.example' })
    const { auth } = arriveAt(profile, url)
    expect(named(await failureOf(auth.handleRedirect()))).toBe('SignInError RESPONSE_INVALID')
    expect(profile.sent).toHaveLength(0)
  })
})
