import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createTokenManager,
  type SignInOptions,
  type TokenManagerOptions,
} from '../../src/index.ts'
import type { AnySignInOptions } from '../../src/manager/sign-in-options.ts'
import { createFakeAuthorizationServer, createTestBrowser } from '../../src/testing/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { patience } from '../support/patience.ts'
import { leaveToSignIn, redirectUri } from '../support/sign-in.ts'
import { openSlowTab, whereToReturn } from '../support/slow-tab.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const issuer = 'https://as.example'

function openTab(
  options: Partial<TokenManagerOptions> = {},
  profile: Profile = createProfile(),
): { readonly profile: Profile; readonly tab: Tab } {
  return { profile, tab: profile.openTab({ redirectUri, ...options }) }
}

/** Begins a sign-in, waits until the page was told to go, and gives what the app waits for. */
async function leave(
  tab: Tab,
  options?: SignInOptions,
): Promise<{ readonly outcome: Promise<string>; isPending(): Promise<boolean> }> {
  const before = tab.navigation.left.length
  const outcome = failureOf(tab.auth.signIn(options)).then(named)
  await vi.waitUntil(() => tab.navigation.left.length > before, patience)
  return {
    outcome,
    async isPending() {
      await settle()
      return (await Promise.race([outcome, Promise.resolve('pending')])) === 'pending'
    },
  }
}

describe('a page that is put away', () => {
  it('asks nothing of storage, which would keep it from being kept', async () => {
    const profile = createProfile()
    const { page } = await profile.openSignedInTab()
    await settle()
    const { reads, updates } = profile.store
    page.emit('hide')
    await settle()
    expect(profile.store).toMatchObject({ reads, updates })
  })
})

describe('a sign-in whose page', () => {
  it('comes back rejects at once, and the next one begins at once', async () => {
    const { profile, tab } = openTab()
    for (let round = 0; round < 3; round += 1) {
      const { outcome, isPending } = await leave(tab)
      tab.page.emit('hide')
      await profile.pass(3_600_000)
      expect(await isPending()).toBe(true)
      tab.page.emit('restore')
      expect(await outcome).toBe('SignInError NOT_LEFT')
    }
    expect(tab.navigation.left).toHaveLength(3)
  })

  it('is seen again, though nothing was said of a return, rejects', async () => {
    const { tab } = openTab()
    const { outcome } = await leave(tab)
    tab.page.emit('hide')
    tab.page.emit('visible')
    expect(await outcome).toBe('SignInError NOT_LEFT')
  })

  it('stays rejects after half a minute, and not before', async () => {
    const { profile, tab } = openTab()
    const { outcome, isPending } = await leave(tab)
    tab.page.emit('visible')
    tab.page.emit('online')
    profile.clock.advance(29_999)
    expect(await isPending()).toBe(true)
    profile.clock.advance(1)
    expect(await outcome).toBe('SignInError NOT_LEFT')
    const again = await leave(tab)
    expect(await again.isPending()).toBe(true)
  })

  it('has gone is not given up, however long that takes', async () => {
    const { profile, tab } = openTab()
    const { isPending } = await leave(tab)
    await profile.pass(29_000)
    tab.page.emit('hide')
    await profile.pass(3_600_000)
    expect(await isPending()).toBe(true)
  })

  it('came back before it could leave does not leave any more', async () => {
    const { profile, tab } = openTab()
    const server = createDeferred<Response>()
    const { auth, navigation, page } = profile.openTab({
      redirectUri,
      authorizationServer: issuer,
      fetch: () => server.promise,
    })
    const failure = failureOf(auth.signIn())
    await settle()
    page.emit('hide')
    page.emit('restore')
    expect(named(await failure)).toBe('SignInError NOT_LEFT')
    server.resolve(Response.json({ ...profile.server.metadata, issuer }))
    await settle()
    expect([...navigation.left, ...tab.navigation.left]).toEqual([])
  })

  it('is joined by every sign-in that begins meanwhile, whatever that asks for', async () => {
    const { tab } = openTab()
    const outcomes = [undefined, { prompt: 'login' }, { returnTo: '/other' }].map((options) =>
      failureOf(tab.auth.signIn(options)).then(named),
    )
    await vi.waitUntil(() => tab.navigation.left.length > 0, patience)
    outcomes.push(failureOf(tab.auth.signIn()).then(named))
    await settle()
    expect(tab.navigation.left).toHaveLength(1)
    expect(tab.navigation.left[0]).not.toContain('prompt')
    tab.page.emit('restore')
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['SignInError NOT_LEFT']))
  })

  describe('of a guard', () => {
    /** As a guard asks for it. */
    function ask(
      tab: Tab,
      returnTo: string,
    ): { giveUp: () => void; failure: ReturnType<typeof failureOf> } {
      let isWanted = true
      const options: AnySignInOptions = { returnTo, wanted: () => isWanted }
      return { giveUp: () => (isWanted = false), failure: failureOf(tab.auth.signIn(options)) }
    }
    it('goes nowhere if its navigation has been replaced meanwhile', async () => {
      const { tab, answer } = openSlowTab()
      const { giveUp, failure } = ask(tab, '/orders')
      await settle()
      giveUp()
      answer()
      expect(named(await failure)).toBe('SignInError NOT_LEFT')
      expect(tab.navigation.left).toEqual([])
    })

    it('gives way to the next one then, which comes back to where that was going', async () => {
      const { tab, answer } = openSlowTab()
      const { giveUp } = ask(tab, '/orders')
      await settle()
      giveUp()
      ask(tab, '/customers')
      answer()
      expect(await whereToReturn(tab)).toBe('/customers')
    })

    it('leaves if somebody else has asked for it meanwhile, too', async () => {
      const { tab, answer } = openSlowTab()
      const { giveUp } = ask(tab, '/orders')
      void failureOf(tab.auth.signIn())
      await settle()
      giveUp()
      answer()
      expect(await whereToReturn(tab)).toBe('/orders')
    })
  })

  it('is disposed of on its way out rejects, and leaves no timer', async () => {
    for (const isOnItsWay of [true, false]) {
      const { profile, tab } = openTab()
      await settle()
      const failure = failureOf(tab.auth.signIn())
      if (isOnItsWay) await vi.waitUntil(() => tab.navigation.left.length > 0, patience)
      tab.auth.dispose()
      expect(named(await failure)).toBe('DisposedError DISPOSED')
      await settle()
      expect(profile.clock.timers()).toEqual([])
      expect(tab.navigation.left).toHaveLength(isOnItsWay ? 1 : 0)
      expect(named(await failureOf(tab.auth.signIn()))).toBe('DisposedError DISPOSED')
    }
  })
})

describe('a sign-in that cannot leave', () => {
  it('for want of a network rejects before the page goes to an error page, and leaves once it is back', async () => {
    const { profile, tab } = openTab()
    tab.page.setOnline(false)
    const updates = profile.store.updates
    const failure = await failureOf(tab.auth.signIn())
    expect(named(failure)).toBe('SignInError NOT_LEFT')
    expect(failure?.message).toContain('offline')
    expect(profile.store.updates).toBe(updates)
    expect(tab.navigation.left).toEqual([])
    tab.page.setOnline(true)
    await leaveToSignIn(tab)
  })

  it.each([
    ['cut', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['down', () => Promise.resolve(new Response('', { status: 503 }))],
  ])('because its server is %s says so, and not that a session is kept', async (_, fetch) => {
    const { profile, tab } = openTab({ authorizationServer: issuer, fetch })
    const failure = await failureOf(profile.passUntil(tab.auth.signIn()))
    expect(named(failure)).toBe('SignInError UNAVAILABLE')
    expect(failure?.message).not.toContain('kept')
    expect(tab.navigation.left).toEqual([])
  })

  it('tells what the navigation throws', async () => {
    const profile = createProfile()
    const { navigation } = profile.openTab()
    const leaveFor = (): never => {
      throw new Error('no navigation here')
    }
    const { auth } = profile.openTab({ redirectUri }, { navigation: { ...navigation, leaveFor } })
    await expect(auth.signIn()).rejects.toThrow('no navigation here')
  })
})

describe('sign-ins of one tab that follow each other', () => {
  /** One more page in the same tab, which signs in as soon as it is there. */
  function loadPage(profile: Profile, tab: Tab, isActivated?: boolean): Tab {
    tab.page.setActivated(isActivated)
    const ports = {
      tabStorage: tabStorageOf(tab),
      pageEvents: tab.page,
      navigation: tab.navigation,
    }
    return profile.openTab({ redirectUri }, ports)
  }
  const storages = new WeakMap<Tab, Map<string, string>>()
  function tabStorageOf(tab: Tab) {
    const values = storages.get(tab) ?? new Map<string, string>()
    storages.set(tab, values)
    return {
      get: (key: string) => values.get(key),
      set: (key: string, value: string | undefined) =>
        void (value === undefined ? values.delete(key) : values.set(key, value)),
    }
  }

  /** What comes of one sign-in in a page that has just been loaded. */
  async function signInAtOnce(profile: Profile, tab: Tab, isActivated?: boolean): Promise<string> {
    const before = tab.navigation.left.length
    const { auth } = loadPage(profile, tab, isActivated)
    let failure: string | undefined
    void failureOf(auth.signIn()).then((error) => (failure = named(error)))
    await vi.waitUntil(() => failure ?? tab.navigation.left.length > before, patience)
    return failure ?? 'left'
  }

  async function signInTimes(
    times: number,
    everyMs: number,
    isActivated?: boolean,
  ): Promise<{ readonly profile: Profile; readonly tab: Tab; readonly outcomes: string[] }> {
    const profile = createProfile()
    const tab = profile.openTab()
    const outcomes: string[] = []
    for (let time = 0; time < times; time += 1) {
      outcomes.push(await signInAtOnce(profile, tab, isActivated))
      profile.clock.advance(everyMs)
    }
    return { profile, tab, outcomes }
  }

  const fourThenNoMore = ['left', 'left', 'left', 'left', 'SignInError LOOP', 'SignInError LOOP']

  it.each([
    ['the browser says that nobody has touched the page', false, 100],
    ['the browser says that nobody has touched the page, which is slow', false, 11_000],
    ['the browser says nothing', undefined, 100],
    ['the browser says nothing, and the server is slow', undefined, 11_000],
  ])('are stopped at the fifth within a minute if %s', async (_, isActivated, everyMs) => {
    const { outcomes } = await signInTimes(6, everyMs, isActivated)
    expect(outcomes).toEqual(fourThenNoMore)
  })

  describe('in a page to which the user came back, and which was loaded anew', () => {
    async function comeBack(isActivated: boolean): Promise<{ profile: Profile; tab: Tab }> {
      const profile = createProfile()
      const tab = profile.openTab()
      await signInAtOnce(profile, tab, isActivated)
      tab.page.setRevisit(true)
      // He has looked at the login page for long.
      profile.clock.advance(600_000)
      return { profile, tab }
    }

    it.each([
      ['nobody', false],
      ['he', true],
    ])(
      'do not begin by themselves, though %s had asked for the one before',
      async (_, isActivated) => {
        const { profile, tab } = await comeBack(isActivated)
        expect(await signInAtOnce(profile, tab, false)).toBe('SignInError NOT_LEFT')
        expect(await signInAtOnce(profile, tab, false)).toBe('SignInError NOT_LEFT')
      },
    )

    it('begin if he asks for it, or loads the page himself', async () => {
      const { profile, tab } = await comeBack(false)
      expect(await signInAtOnce(profile, tab, true)).toBe('left')
      tab.page.setRevisit(false)
      expect(await signInAtOnce(profile, tab, false)).toBe('left')
    })

    it('begin where the sign-in of before has come to an answer, though to no session', async () => {
      const { profile, tab } = await comeBack(false)
      const left = new URL(tab.navigation.left.at(-1) ?? '')
      const state = left.searchParams.get('state') ?? ''
      const callback = `${redirectUri}?${new URLSearchParams({ error: 'access_denied', state }).toString()}`
      await failureOf(loadPage(profile, tab, false).auth.handleRedirect(callback))
      expect(await signInAtOnce(profile, tab, false)).toBe('left')
    })

    it('begin where the one of before was shown in another window', async () => {
      const profile = createProfile()
      const tab = profile.openTab()
      await loadPage(profile, tab, true).auth.signIn({ openUrl: () => {} })
      tab.page.setRevisit(true)
      expect(await signInAtOnce(profile, tab, false)).toBe('left')
    })

    it('begin where nobody wanted the one of before any more, so that it never left', async () => {
      const profile = createProfile()
      const tab = profile.openTab()
      const options: AnySignInOptions = { wanted: () => false }
      expect(named(await failureOf(loadPage(profile, tab, true).auth.signIn(options)))).toBe(
        'SignInError NOT_LEFT',
      )
      tab.page.setRevisit(true)
      expect(await signInAtOnce(profile, tab, false)).toBe('left')
    })

    it('begin where a session has come meanwhile, by another tab, and is over', async () => {
      const { profile, tab } = await comeBack(false)
      loadPage(profile, tab, false)
      await settle()
      await profile.openTab().auth.startSession(profile.server.signIn())
      await settle()
      await profile.openTab().auth.signOut()
      expect(await signInAtOnce(profile, tab, false)).toBe('left')
    })

    it('begin where no sign-in of this tab came to nothing', async () => {
      const profile = createProfile()
      const tab = profile.openTab()
      tab.page.setRevisit(true)
      expect(await signInAtOnce(profile, tab, false)).toBe('left')
    })
  })

  it('say what to look at', async () => {
    const { profile, tab } = await signInTimes(4, 100)
    const failure = await failureOf(loadPage(profile, tab).auth.signIn())
    for (const word of ['redirectUri', 'handleRedirect', 'error', 'state', 'cookies', 'clock'])
      expect(failure?.message).toContain(word)
  })

  it('are at most four a minute in an app that goes on for ever', async () => {
    const { tab } = await signInTimes(75, 4_000, false)
    expect(tab.navigation.left.length).toBeGreaterThan(4)
    expect(tab.navigation.left.length).toBeLessThanOrEqual(5 * 4)
  })

  it('are let through after a minute, and when the clock was set', async () => {
    const { profile, tab } = await signInTimes(4, 0)
    profile.clock.advance(59_999)
    expect(await signInAtOnce(profile, tab)).toBe('SignInError LOOP')
    profile.clock.advance(1)
    expect(await signInAtOnce(profile, tab)).toBe('left')
    const other = await signInTimes(4, 0)
    other.profile.clock.stepWallClock(-3_600_000)
    expect(await signInAtOnce(other.profile, other.tab)).toBe('left')
  })

  it('are never stopped if the user asks for each', async () => {
    const { outcomes } = await signInTimes(12, 100, true)
    expect(new Set(outcomes)).toEqual(new Set(['left']))
    const slow = createProfile()
    const tab = slow.openTab()
    for (let time = 0; time < 12; time += 1) {
      const page = loadPage(slow, tab)
      slow.clock.advance(2_000)
      await leave({ ...page, navigation: tab.navigation })
    }
  })

  it('count as asked for from two seconds after the page has come, where nobody tells of gestures', async () => {
    for (const [afterMs, is] of [
      [1_999, 'SignInError LOOP'],
      [2_000, 'left'],
    ] as const) {
      const { profile, tab } = await signInTimes(4, 0)
      const { auth } = loadPage(profile, tab)
      profile.clock.advance(afterMs)
      const before = tab.navigation.left.length
      let failure: string | undefined
      void failureOf(auth.signIn()).then((error) => (failure = named(error)))
      await vi.waitUntil(() => failure ?? tab.navigation.left.length > before, patience)
      expect(failure ?? 'left').toBe(is)
    }
  })

  it('of a page that comes back, where the user presses again, are never stopped', async () => {
    const { profile, tab } = openTab()
    await profile.pass(2_000)
    for (let time = 0; time < 12; time += 1) {
      const { outcome } = await leave(tab)
      tab.page.emit('hide')
      tab.page.emit('restore')
      expect(await outcome).toBe('SignInError NOT_LEFT')
    }
  })

  it('begin anew once a session has begun', async () => {
    const { profile, tab } = await signInTimes(4, 100, false)
    const { auth } = loadPage(profile, tab, false)
    await auth.startSession(profile.server.signIn())
    await auth.signOut()
    expect(await signInAtOnce(profile, tab, false)).toBe('left')
  })

  it('go on to count if the session that was there stays', async () => {
    const profile = createProfile()
    const tab = profile.openTab()
    await tab.auth.startSession(profile.server.signIn())
    const outcomes: string[] = []
    for (let time = 0; time < 6; time += 1) {
      outcomes.push(await signInAtOnce(profile, tab, false))
      await settle()
    }
    expect(outcomes).toEqual(fourThenNoMore)
  })

  it.each(['', 'x', 'NaN Infinity', '{"at":1}', '1e999 1e999 1e999 1e999 1e999'])(
    'do not mind that somebody has written %j into their count',
    async (text) => {
      const profile = createProfile()
      const tab = profile.openTab()
      const tabStorage = { get: () => text, set: () => {} }
      const { auth, navigation } = profile.openTab({ redirectUri }, { tabStorage })
      auth.signIn().catch(() => {})
      await vi.waitUntil(() => navigation.left.length > 0, patience)
      expect(tab.navigation.left).toEqual([])
    },
  )
})

describe('an app that begins a sign-in whenever there is no session, and swallows every error', () => {
  it.each([
    [
      'is served at another address than its redirectUri',
      (left: URL) => `${redirectUri}/?code=code&state=${left.searchParams.get('state')}`,
    ],
    [
      'gets errors that nobody can tie to a sign-in',
      () => `${redirectUri}?error=invalid_scope&error_description=no`,
    ],
    [
      'gets errors',
      (left: URL) => `${redirectUri}?error=server_error&state=${left.searchParams.get('state')}`,
    ],
  ])('and %s sends at most five authorization requests a minute', async (_, callbackFor) => {
    const server = createFakeAuthorizationServer()
    const browser = createTestBrowser()
    const { ports, navigation } = browser.openTab('https://app.example/orders')
    let hasLeft = true
    for (let load = 0; hasLeft && load < 20; load += 1) {
      const before = navigation.left.length
      const auth = createTokenManager(
        {
          authorizationServer: server.metadata,
          clientId: 'spa',
          redirectUri,
          storage: browser.store,
          fetch: server.fetch,
        },
        ports,
      )
      await auth.handleRedirect().catch(() => {})
      let isOver = false
      auth.signIn().catch(() => {
        isOver = true
      })
      await vi.waitUntil(() => isOver || navigation.left.length > before, patience)
      hasLeft = navigation.left.length > before
      if (hasLeft) navigation.replaceUrl(callbackFor(new URL(navigation.left.at(-1) ?? '')))
      browser.clock.advance(100)
    }
    expect(hasLeft).toBe(false)
    expect(navigation.left.length).toBeLessThanOrEqual(5)
  })
})

describe('a redirectUri of another origin', () => {
  it('is warned of once, and one of this origin never', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { tab } = openTab()
    await leaveToSignIn(tab)
    expect(warn).not.toHaveBeenCalled()
    const { tab: other } = openTab({ redirectUri: 'https://www.app.example/callback' })
    for (let time = 0; time < 2; time += 1) {
      await leaveToSignIn(other)
      other.page.emit('restore')
      await settle()
    }
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/redirectUri.*www\.app\.example/)]])
  })
})

describe('signIn({ openUrl })', () => {
  it('hands the address over, and fulfils once that is done', async () => {
    const { profile, tab } = openTab()
    const opened: string[] = []
    const isOpen = createDeferred()
    let isOver = false
    const signIn = tab.auth
      .signIn({
        prompt: 'login',
        async openUrl(url) {
          opened.push(url)
          await isOpen.promise
        },
      })
      .then((nothing) => {
        expect(nothing).toBeUndefined()
        isOver = true
      })
    await vi.waitUntil(() => opened.length > 0, patience)
    await settle()
    expect(isOver).toBe(false)
    isOpen.resolve()
    await signIn
    expect(opened).toEqual([
      expect.stringContaining(profile.server.metadata.authorization_endpoint),
    ])
    expect(opened[0]).toContain('prompt=login')
    expect(tab.navigation.left).toEqual([])
    expect(profile.clock.timers()).toEqual([])
  })

  it('rejects with what openUrl throws, as it came', async () => {
    const { tab } = openTab()
    const thrown = new Error('no browser')
    const failures = [
      () => {
        throw thrown
      },
      () => Promise.reject(thrown),
    ]
    for (const openUrl of failures) await expect(tab.auth.signIn({ openUrl })).rejects.toBe(thrown)
  })

  it('neither joins a sign-in that leaves nor counts as one, and may be repeated', async () => {
    const { tab } = openTab()
    const opened: string[] = []
    for (let time = 0; time < 10; time += 1)
      await tab.auth.signIn({ openUrl: (url) => opened.push(url) })
    expect(new Set(opened).size).toBe(10)
    await leaveToSignIn(tab)
    await tab.auth.signIn({ openUrl: (url) => opened.push(url) })
    expect(opened).toHaveLength(11)
    expect(tab.navigation.left).toHaveLength(1)
  })

  it('is not warned of where the redirectUri is the app itself', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { tab } = openTab({ redirectUri: 'com.example.app:/callback' })
    await tab.auth.signIn({ openUrl: () => {} })
    expect(warn).not.toHaveBeenCalled()
  })

  it('opens nothing once it was disposed of', async () => {
    const { tab } = openTab()
    const openUrl = vi.fn(() => {})
    const failure = failureOf(tab.auth.signIn({ openUrl }))
    tab.auth.dispose()
    expect(named(await failure)).toBe('DisposedError DISPOSED')
    await settle()
    expect(openUrl).not.toHaveBeenCalled()
  })

  it('takes nothing but a function', async () => {
    const { tab } = openTab()
    await expect(tab.auth.signIn({ openUrl: 'https://as.example' as never })).rejects.toThrow(
      'options.openUrl must be a function',
    )
  })
})
