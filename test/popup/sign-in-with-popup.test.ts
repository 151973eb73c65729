import { afterEach, describe, expect, it, vi } from 'vitest'
import { dpop } from '../../src/index.ts'
import type { TokenError, TokenManagerOptions } from '../../src/index.ts'
import { signInWithPopup, type PopupSignInOptions } from '../../src/popup/index.ts'
import { claims as claimsOfServer } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { createPopupWindow, type PopupWindow } from './popup-window.ts'

const options = { scope: 'openid orders', redirectUri }

interface Asked {
  readonly profile: Profile
  readonly tab: Tab
  readonly popup: PopupWindow
  /** Where the pop-up was sent. */
  readonly left: URL
  readonly signIn: Promise<void>
  /** What has become of it so far. */
  readonly ending: () => string
}

/** A page that waits for its pop-up, which shows the login page. */
async function ask(
  how: PopupSignInOptions = {},
  {
    profile = createProfile(),
    tab = profile.openTab(options),
    popup = createPopupWindow(),
  }: Partial<Pick<Asked, 'profile' | 'tab' | 'popup'>> = {},
): Promise<Asked> {
  await tab.auth.ready
  const signIn = signInWithPopup(tab.auth, popup, how)
  let ending = 'none yet'
  signIn.then(
    () => (ending = 'begun'),
    (error: TokenError) => (ending = named(error)),
  )
  const left = await vi.waitUntil(() => popup.shown[0], patience)
  return { profile, tab, popup, left, signIn, ending: () => ending }
}

/** The page that the login page sends a window back to; nothing happens to the window that is here. */
function comeBack(
  { profile, left }: Pick<Asked, 'profile' | 'left'>,
  { parameters, claims, more }: ComeBack = {},
): { readonly tab: Tab; readonly arrival: Promise<unknown> } {
  if (!parameters) profile.server.answerNext(redeeming(profile, left, claims))
  const tab = profile.openTab({ ...options, ...more }, {}, callbackOf(left, parameters))
  const arrival = tab.auth.handleRedirect()
  arrival.catch(() => {})
  return { tab, arrival }
}

interface ComeBack {
  readonly parameters?: Readonly<Record<string, string>>
  readonly claims?: Readonly<Record<string, unknown>>
  readonly more?: Partial<TokenManagerOptions>
}

afterEach(() => vi.unstubAllGlobals())

interface Frame {
  readonly location: unknown
  readonly self: Frame
  readonly parent: Frame
  readonly top: Frame
}

const blocked = new DOMException('Blocked a frame', 'SecurityError')

/** A window under pages of these origins, the nearest first. Nobody may look into one that is `blocked`. */
function frameUnder(own: string, [above, ...more]: readonly string[]): Frame {
  const parent = above === undefined ? undefined : frameUnder(above, more)
  const frame = {
    get location(): unknown {
      if (own === 'blocked') throw blocked
      return { origin: own }
    },
    get self(): Frame {
      return frame
    },
    get parent(): Frame {
      return parent ?? frame
    },
    get top(): Frame {
      return parent?.top ?? frame
    },
  }
  return frame
}

describe('signInWithPopup', () => {
  it('sends the window to the login page, without a way back to this one, and stays here', async () => {
    const { tab, popup, left, ending } = await ask({ loginHint: 'ada', returnTo: '/orders' })
    expect(popup.shown).toHaveLength(1)
    expect(left.searchParams.get('login_hint')).toBe('ada')
    expect(popup.opener).toBeNull()
    expect(tab.navigation.left).toEqual([])
    await settle()
    expect(ending()).toBe('none yet')
  })

  it('fulfils when the session has begun, which this page shows by then, without time passing', async () => {
    const asked = await ask()
    comeBack(asked)
    await asked.signIn
    expect(asked.tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-1' })
    expect(await asked.tab.call()).toBe(200)
    expect(asked.popup.timesClosed).toBe(1)
    expect(asked.profile.server.counts.grants).toBe(0)
  })

  it('closes the window that comes back, and answers like an arrival only if it is still here after a second', async () => {
    const asked = await ask({ returnTo: '/orders' })
    const { tab, arrival } = comeBack(asked)
    let arrived: unknown
    void arrival.then((value) => (arrived = value))
    await asked.signIn
    await settle()
    expect(tab.navigation.isClosed).toBe(true)
    expect(arrived).toBeUndefined()
    asked.profile.clock.advance(999)
    await settle()
    expect(arrived).toBeUndefined()
    asked.profile.clock.advance(1)
    await settle()
    expect(arrived).toEqual({ returnTo: '/orders' })
  })

  it('leaves the window open that came back from a sign-in of another kind', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    const opened: string[] = []
    await tab.auth.signIn({ openUrl: (url) => opened.push(url) })
    const { tab: other, arrival } = comeBack({ profile, left: new URL(opened[0] ?? '') })
    await expect(arrival).resolves.toEqual({ returnTo: '/start' })
    expect(other.navigation.isClosed).toBe(false)
  })

  it('works with a login page that has cut its window off, whose closing nobody can know', async () => {
    const asked = await ask({}, { popup: createPopupWindow({ isCutOff: true }) })
    expect(asked.popup.closed).toBe(true)
    await asked.profile.pass(30_000)
    expect(asked.ending()).toBe('none yet')
    comeBack(asked)
    await asked.signIn
    expect(asked.tab.auth.getState().status).toBe('signed-in')
  })

  it('is POPUP_BLOCKED where the browser has opened no window, and remembers nothing', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    await tab.auth.ready
    const before = profile.store.updates
    const failure = await failureOf(signInWithPopup(tab.auth, null))
    expect(named(failure)).toBe('SignInError POPUP_BLOCKED')
    expect(profile.store.updates).toBe(before)
  })

  it('is POPUP_CLOSED when the user closes a window that was seen open at the login page', async () => {
    const asked = await ask()
    await asked.profile.pass(3_000)
    asked.popup.vanish()
    await asked.profile.pass(1_100)
    expect(asked.ending()).toBe('SignInError POPUP_CLOSED')
  })

  it('does not take the window for closed while it may have gone on to a page that cuts it off', async () => {
    const asked = await ask()
    await asked.profile.pass(3_000)
    let isFocused = false
    vi.stubGlobal('document', { hasFocus: () => isFocused })
    asked.popup.vanish()
    await asked.profile.pass(60_000)
    expect(asked.ending()).toBe('none yet')
    isFocused = true
    await asked.profile.pass(1_100)
    expect(asked.ending()).toBe('SignInError POPUP_CLOSED')
  })

  it('is POPUP_CLOSED when the window was closed before there was anything to show in it', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    const popup = createPopupWindow()
    const failure = failureOf(signInWithPopup(tab.auth, popup))
    popup.vanish()
    expect(named(await failure)).toBe('SignInError POPUP_CLOSED')
    expect(popup.shown).toEqual([])
  })

  it('takes over a session that begins after all', async () => {
    const asked = await ask()
    await asked.profile.pass(3_000)
    asked.popup.vanish()
    await asked.profile.pass(1_100)
    expect(asked.ending()).toBe('SignInError POPUP_CLOSED')
    comeBack(asked)
    await settle()
    expect(asked.tab.auth.getState().status).toBe('signed-in')
  })

  it.each([
    [{ error: 'access_denied', error_description: 'not today' }, 'SignInError DENIED'],
    [{ error: 'login_required' }, 'SignInError INTERACTION_REQUIRED'],
    [{ error: 'temporarily_unavailable' }, 'SignInError UNAVAILABLE'],
    [{ error: 'unauthorized_client' }, 'ConfigurationError CLIENT_REJECTED'],
    [{ code: 'a', id_token: 'b' }, 'SignInError RESPONSE_INVALID'],
  ])('rejects as the other window does at %j, without time passing', async (parameters, name) => {
    const asked = await ask()
    const { tab, arrival } = comeBack(asked, { parameters })
    const here = await failureOf(asked.signIn)
    await settle()
    asked.profile.clock.advance(60_000)
    const there = await failureOf(arrival)
    expect(named(here)).toBe(name)
    expect([here?.message, here?.oauth]).toEqual([there?.message, there?.oauth])
    expect(here?.constructor).toBe(there?.constructor)
    expect(tab.navigation.isClosed).toBe(true)
    expect(asked.popup.timesClosed).toBe(1)
    expect(asked.tab.auth.getState()).toEqual({ status: 'signed-out', reason: 'never' })
  })

  it('leaves nothing in storage of a failure that could be used once more', async () => {
    const profile = createProfile()
    const put: unknown[] = []
    const { update } = profile.store
    profile.store.update = (key, change, how) =>
      update(
        key,
        (stored) => {
          const changed = change(stored)
          if ('put' in changed) put.push(changed.put)
          return changed
        },
        how,
      )
    const asked = await ask({}, { profile })
    const code = 'code-secret-1'
    const said = { error: 'access_denied', error_description: `no ${code}`, code }
    comeBack(asked, { parameters: said })
    await failureOf(asked.signIn)
    const verifier = /"verifier":"([^"]+)"/.exec(JSON.stringify(put[0]))?.[1] ?? 'none'
    expect(verifier.length).toBeGreaterThan(40)
    const last = JSON.stringify(put.at(-1))
    expect(last).toContain('DENIED')
    expect(last).not.toContain(verifier)
    expect(last).not.toContain(code)
  })

  it('looks again at once when there was news during a look', async () => {
    const asked = await ask({ acrValues: 'gold' })
    const { store } = asked.profile
    const { read } = store
    const held = createDeferred()
    let isHeld = true
    vi.spyOn(store, 'read').mockImplementation(async (key) => {
      const found = await read(key)
      if (isHeld) await held.promise
      return found
    })
    // A look has begun, and what it will find is what there is by now.
    await asked.profile.pass(1_000)
    isHeld = false
    comeBack(asked, { claims: { acr: 'gold' } })
    await settle()
    expect(asked.ending()).toBe('none yet')
    held.resolve()
    await settle()
    expect(asked.ending()).toBe('begun')
  })

  it('finds a failure without a message from the other window, too', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, { openChannel: () => undefined })
    const asked = await ask({}, { profile, tab })
    comeBack(asked, { parameters: { error: 'access_denied' } })
    await settle()
    asked.profile.clock.advance(999)
    await settle()
    expect(asked.ending()).toBe('none yet')
    asked.profile.clock.advance(1)
    await settle()
    expect(asked.ending()).toBe('SignInError DENIED')
  })

  it('believes nothing of what lies in storage as an outcome but what it knows', async () => {
    const asked = await ask()
    const state = asked.left.searchParams.get('state')
    await settle()
    for (const outcome of ['done', 1, null, true]) {
      await leaveWord(asked, state, outcome)
      await asked.profile.pass(1_100)
      expect(asked.ending()).toBe('none yet')
    }
    await leaveWord(asked, state, { name: 'SignInError', code: 1, oauth: 'x' })
    await asked.profile.pass(1_100)
    expect(asked.ending()).toBe('SignInError UNAVAILABLE')
  })

  it('rejects with the reason of its signal, closes the window, and waits for nothing any more', async () => {
    const caller = new AbortController()
    const asked = await ask({ signal: caller.signal })
    const reason = new Error('the user has gone on')
    caller.abort(reason)
    await expect(asked.signIn).rejects.toBe(reason)
    expect(asked.popup.timesClosed).toBe(1)
    await settle()
    expect(asked.profile.clock.timers()).toEqual([])
  })

  it('shows no login page once its signal has said so', async () => {
    const profile = createProfile()
    const metadata = createDeferred()
    const tab = profile.openTab({
      ...options,
      authorizationServer: profile.server.metadata.issuer,
      async fetch() {
        await metadata.promise
        return Response.json(profile.server.metadata)
      },
    })
    const popup = createPopupWindow()
    const caller = new AbortController()
    const signIn = signInWithPopup(tab.auth, popup, { signal: caller.signal })
    await settle()
    caller.abort('over')
    await expect(signIn).rejects.toBe('over')
    metadata.resolve()
    await settle()
    expect(popup.shown).toEqual([])
    await expect(signInWithPopup(tab.auth, popup, { signal: caller.signal })).rejects.toBe('over')
  })

  it('is UNAVAILABLE after ten minutes, leaves the window as it is, and takes over what comes late', async () => {
    const asked = await ask()
    await asked.profile.pass(9 * 60_000)
    expect(asked.ending()).toBe('none yet')
    await asked.profile.pass(2 * 60_000)
    expect(asked.ending()).toBe('SignInError UNAVAILABLE')
    expect(asked.popup.timesClosed).toBe(0)
    expect(asked.profile.clock.timers()).toEqual([])
    comeBack(asked)
    await settle()
    expect(asked.tab.auth.getState().status).toBe('signed-in')
  })

  it('waits ten minutes to the millisecond', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, { clock: { ...profile.clock, isPunctual: true } })
    const asked = await ask({}, { profile, tab })
    profile.clock.advance(599_999)
    await settle()
    expect(asked.ending()).toBe('none yet')
    profile.clock.advance(1)
    await settle()
    expect(asked.ending()).toBe('SignInError UNAVAILABLE')
  })

  it('rejects when its manager is disposed of', async () => {
    const asked = await ask()
    asked.tab.auth.dispose()
    expect(named(await failureOf(asked.signIn))).toBe('DisposedError DISPOSED')
    await settle()
    expect(asked.profile.clock.timers()).toEqual([])
  })

  it('closes the window if the sign-in cannot begin', async () => {
    const tab = createProfile().openTab({ scope: 'openid' })
    const popup = createPopupWindow()
    await expect(signInWithPopup(tab.auth, popup)).rejects.toThrow('options.redirectUri')
    expect(popup.timesClosed).toBe(1)
  })

  it('is UNSUPPORTED with a session in memory, which no other window has', async () => {
    const tab = createProfile().openTab({ ...options, storage: 'memory' })
    const popup = createPopupWindow()
    const failure = await failureOf(signInWithPopup(tab.auth, popup))
    expect(named(failure)).toBe('ConfigurationError UNSUPPORTED')
    expect(String(failure)).toContain("'memory'")
    expect(popup.shown).toEqual([])
    expect(popup.timesClosed).toBe(1)
  })

  it.each([
    ['of another site', ['https://other.example'], 'ConfigurationError UNSUPPORTED'],
    ['that hides who it is', ['null'], 'ConfigurationError UNSUPPORTED'],
    ['of its own site', ['https://example'], 'none yet'],
    ['of its own origin', ['https://app.example'], 'none yet'],
    [
      'under one of another site',
      ['https://app.example', 'https://a.test'],
      'ConfigurationError UNSUPPORTED',
    ],
  ])('knows a frame under a page %s', async (_, ancestorOrigins, expected) => {
    const tab = createProfile().openTab(options, {})
    await tab.auth.ready
    const location = { ancestorOrigins, origin: 'https://app.example' }
    vi.stubGlobal('location', location)
    vi.stubGlobal('window', { location, top: {}, self: {} })
    let ending = 'none yet'
    const popup = createPopupWindow()
    signInWithPopup(tab.auth, popup).catch((error: TokenError) => (ending = named(error)))
    await settle()
    expect(ending).toBe(expected)
    tab.auth.dispose()
    await settle()
  })

  it.each([
    ['of another site', ['https://other.example'], 'ConfigurationError UNSUPPORTED'],
    ['that nobody may look into', ['blocked'], 'ConfigurationError UNSUPPORTED'],
    ['of its own origin', ['https://app.example'], 'none yet'],
    [
      'under one of another site',
      ['https://app.example', 'https://other.example'],
      'ConfigurationError UNSUPPORTED',
    ],
    ['with nobody above it', [], 'none yet'],
  ])(
    'knows a frame under a page %s, where the browser does not list them',
    async (_, origins, expected) => {
      const tab = createProfile().openTab(options, {})
      await tab.auth.ready
      const own = 'https://app.example'
      vi.stubGlobal('location', { origin: own })
      vi.stubGlobal('window', frameUnder(own, origins))
      let ending = 'none yet'
      const popup = createPopupWindow()
      signInWithPopup(tab.auth, popup).catch((error: TokenError) => (ending = named(error)))
      await settle()
      expect(ending).toBe(expected)
      tab.auth.dispose()
      await settle()
    },
  )

  it.each([undefined, {}, 'https://as.example', 1])('takes no %j for a window', async (popup) => {
    const tab = createProfile().openTab(options)
    const failure = new TypeError('popup must be what window.open() has returned')
    await expect(signInWithPopup(tab.auth, popup as never)).rejects.toThrow(failure)
  })

  it.each([
    [{ signal: {} }, 'options.signal'],
    [{ sub: 1 }, 'options.sub'],
    [{ maxAgeSeconds: 0.5 }, 'options.maxAgeSeconds'],
  ])('takes no %j for options', async (wrong, member) => {
    const tab = createProfile().openTab(options)
    const popup = createPopupWindow()
    await expect(signInWithPopup(tab.auth, popup, wrong as never)).rejects.toThrow(member)
  })
})

describe('a sign-in with a pop-up', () => {
  it('that comes back in yet another window, as from a link in a mail, reaches the page that waits', async () => {
    const asked = await ask()
    const { tab, arrival } = comeBack(asked)
    await asked.signIn
    await settle()
    // A window that no script has opened stays, and the user finds the app in it.
    await asked.profile.pass(1_100)
    await expect(arrival).resolves.toEqual({ returnTo: '/start' })
    expect(tab.auth.getState().status).toBe('signed-in')
  })

  it('may be of another user, whom the state shows', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(options)
    profile.server.revokeFamilies()
    await failureOf(tab.auth.refresh())
    const asked = await ask({}, { profile, tab })
    comeBack(asked, { claims: { sub: 'bob' } })
    await asked.signIn
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'bob' })
  })

  it('fulfils where it has to be of one user and is', async () => {
    const asked = await ask({ sub: 'user-1' })
    comeBack(asked)
    await expect(asked.signIn).resolves.toBeUndefined()
    expect(asked.tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-1' })
  })

  it('is a SessionChangedError where it has to be of one user and is of another, or of nobody knows whom', async () => {
    for (const [more, claims] of [
      [{}, { sub: 'bob' }],
      [{ scope: 'orders' }, undefined],
    ] as const) {
      const profile = createProfile()
      const tab = profile.openTab({ ...options, ...more })
      const asked = await ask({ sub: 'user-1' }, { profile, tab })
      if (claims) comeBack(asked, { claims })
      else {
        profile.server.answerNext(() => Response.json(profile.server.signIn()))
        const other = profile.openTab({ ...options, ...more }, {}, callbackOf(asked.left))
        void other.auth.handleRedirect()
      }
      expect(named(await failureOf(asked.signIn))).toBe('SessionChangedError SESSION_CHANGED')
    }
  })

  it('that asks for more than the session has fulfils only with the new session, not with the one that is there', async () => {
    for (const how of [{ acrValues: 'gold' }, { maxAgeSeconds: 60 }, {}]) {
      const profile = createProfile()
      const tab = await profile.openSignedInTab(options)
      const asked = await ask(how, { profile, tab })
      await tab.auth.refresh()
      await profile.openTab(options).auth.refresh()
      await profile.pass(5_000)
      expect(asked.ending()).toBe('none yet')
      comeBack(asked, {
        claims: { acr: 'gold', auth_time: claimsOfServer.iat },
      })
      await asked.signIn
      expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', claims: { acr: 'gold' } })
    }
  })

  it('begun before the stored session was read fulfils with the session of another tab, too', async () => {
    const profile = createProfile()
    const here = profile.openTab(options)
    let isOver = false
    signInWithPopup(here.auth, createPopupWindow()).then(
      () => (isOver = true),
      () => {},
    )
    await settle()
    expect(isOver).toBe(false)
    await profile.openSignedInTab(options)
    await settle()
    expect(isOver).toBe(true)
  })

  it('begun before the stored session was read is not over by that session', async () => {
    const profile = createProfile()
    await profile.openSignedInTab(options)
    const here = profile.openTab(options)
    let isOver = false
    signInWithPopup(here.auth, createPopupWindow()).then(
      () => (isOver = true),
      () => {},
    )
    await settle()
    expect(here.auth.getState().status).toBe('signed-in')
    expect(isOver).toBe(false)
    here.auth.dispose()
  })

  it('that asks for something particular waits for its own session, though another one begins', async () => {
    const asked = await ask({ acrValues: 'gold' })
    await asked.profile.openSignedInTab(options)
    await asked.profile.pass(2_000)
    expect(asked.ending()).toBe('none yet')
    comeBack(asked, { claims: { acr: 'gold' } })
    await asked.signIn
    expect(asked.tab.auth.getState()).toMatchObject({ claims: { acr: 'gold' } })
  })

  it('leaves the session as it is when it is denied', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(options)
    const asked = await ask({ acrValues: 'gold' }, { profile, tab })
    comeBack(asked, { parameters: { error: 'access_denied' } })
    expect(named(await failureOf(asked.signIn))).toBe('SignInError DENIED')
    expect(await tab.call()).toBe(200)
  })

  it('of two tabs that both ask is over in both once one of them has a session', async () => {
    const one = await ask()
    const other = await ask({}, { profile: one.profile })
    comeBack(one)
    await Promise.all([one.signIn, other.signIn])
    for (const { tab, popup } of [one, other]) {
      expect(await tab.call()).toBe(200)
      expect(popup.timesClosed).toBe(1)
    }
    // The other window was cut off, and its user goes on all the same.
    const { arrival } = comeBack(other)
    await other.profile.passUntil(arrival)
    await settle()
    for (const { tab } of [one, other]) expect(await tab.call()).toBe(200)
  })

  it('of two tabs that both ask may be denied in one and succeed in the other', async () => {
    const one = await ask()
    const other = await ask({}, { profile: one.profile })
    comeBack(one, { parameters: { error: 'access_denied' } })
    expect(named(await failureOf(one.signIn))).toBe('SignInError DENIED')
    expect(other.ending()).toBe('none yet')
    comeBack(other)
    await other.signIn
    expect(one.tab.auth.getState().status).toBe('signed-in')
  })

  it('is that of its manager alone, though several share page and storage', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    const second = profile.openTab({ ...options, sessionName: 'second' })
    const asked = await ask({}, { profile, tab })
    const { tab: back, arrival } = comeBack(asked, { more: { sessionName: 'second' } })
    await expect(arrival).resolves.toBeUndefined()
    expect(back.navigation.isClosed).toBe(false)
    expect(asked.ending()).toBe('none yet')
    comeBack(asked)
    await asked.signIn
    expect(second.auth.getState().status).toBe('signed-out')
  })

  it('brings a session that is bound to a key, which the page that waits can use', async () => {
    const profile = createProfile()
    const bound = { ...options, dpop: dpop() }
    const tab = profile.openTab(bound)
    const asked = await ask({}, { profile, tab })
    expect(asked.left.searchParams.get('dpop_jkt')).toMatch(/.{43}/)
    profile.server.answerNext((request) => {
      const reply = redeeming(profile, asked.left)(request)
      return Promise.resolve(reply).then(async (response) =>
        Response.json({ ...((await response.json()) as object), token_type: 'DPoP' }),
      )
    })
    void profile.openTab(bound, {}, callbackOf(asked.left)).auth.handleRedirect()
    await asked.signIn
    const headers = await tab.auth.getAuthorizationHeaders('https://api.example/v2/orders')
    expect(headers).toMatchObject({
      authorization: expect.stringMatching(/^DPoP /),
      dpop: expect.any(String),
    })
  })

  it('leaves its window open while that alone has the session, because storage refuses it', async () => {
    const asked = await ask({ acrValues: 'gold' })
    let isSession = false
    const { update } = asked.profile.store
    asked.profile.store.update = (key, change, how) => {
      isSession = key.startsWith('session')
      return isSession ? Promise.reject(new Error('full')) : update(key, change, how)
    }
    const { tab, arrival } = comeBack(asked)
    await expect(arrival).resolves.toEqual({ returnTo: '/start' })
    expect(tab.auth.getState().status).toBe('signed-in')
    expect(tab.navigation.isClosed).toBe(false)
    expect(asked.ending()).toBe('none yet')
    tab.auth.dispose()
  })

  it('that a sign-out has overtaken is denied in the page that waits', async () => {
    const asked = await ask({ acrValues: 'gold' })
    const { profile, tab } = asked
    const answer = createDeferred()
    const redeem = redeeming(profile, asked.left)
    profile.server.answerNext(async (request) => {
      await answer.promise
      return redeem(request)
    })
    void failureOf(profile.openTab(options, {}, callbackOf(asked.left)).auth.handleRedirect())
    await vi.waitUntil(() => profile.sent.length > 0, patience)
    await tab.auth.signOut()
    answer.resolve()
    expect(named(await failureOf(asked.signIn))).toBe('SignInError DENIED')
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out' })
  })
})

/** As another version of the app might, or another script. */
async function leaveWord(
  { profile }: Asked,
  state: string | null,
  outcome: unknown,
): Promise<void> {
  const key = `sign-in ${[profile.server.metadata.issuer, 'spa', 'default'].map(encodeURIComponent).join(' ')}`
  await profile.store.update(key, () => ({
    put: [{ state, returnTo: '/', finishedAt: profile.clock.now(), outcome }],
    result: undefined,
  }))
}
