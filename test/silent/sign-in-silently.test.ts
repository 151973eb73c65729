import { afterEach, describe, expect, it, vi } from 'vitest'
import type { TokenError } from '../../src/index.ts'
import { signInSilently, type SilentSignInOptions } from '../../src/silent/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { named } from '../support/failure.ts'
import { callbackOf, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { cutAfterRotation } from '../support/token-replies.ts'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'

const options = { scope: 'openid orders', redirectUri }

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  )

interface Asked {
  readonly tab: Tab
  /** What has become of it so far; a page that has left says nothing any more. */
  readonly ending: () => string
  readonly left: () => URL | undefined
}

function ask(tab: Tab, how?: SilentSignInOptions): Asked {
  let ending = 'none yet'
  signInSilently(tab.auth, how).then(
    (found) => (ending = found),
    (error: TokenError) => (ending = named(error)),
  )
  return {
    tab,
    ending: () => ending,
    left: () => (tab.navigation.left[0] ? new URL(tab.navigation.left[0]) : undefined),
  }
}

/** The page that was at the server is gone, and its tab shows the callback. */
async function comeBack(profile: Profile, { tab, left }: Asked, parameters?: { error: string }) {
  const address = left()
  if (!address) throw new Error('It has not left.')
  tab.page.emit('hide')
  if (!parameters) profile.server.answerNext(redeeming(profile, address))
  const back = profile.openTab(options, {}, callbackOf(address, parameters))
  const arrival = back.auth.handleRedirect()
  arrival.catch(() => {})
  await settle()
  return { back, arrival }
}

afterEach(() => vi.unstubAllGlobals())

describe('signInSilently', () => {
  it('leaves without a question where no session has ever been, and comes back to where it was', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, {}, 'https://app.example/orders?page=2#last')
    const asked = ask(tab, { loginHint: 'ada' })
    await settle()
    expect(asked.left()?.searchParams.get('prompt')).toBe('none')
    expect(asked.left()?.searchParams.get('login_hint')).toBe('ada')
    expect(asked.ending()).toBe('none yet')
    const { back, arrival } = await comeBack(profile, asked)
    await expect(arrival).resolves.toEqual({ returnTo: '/orders?page=2#last' })
    await expect(signInSilently(back.auth)).resolves.toBe('signed-in')
    expect(back.navigation.left).toEqual([])
  })

  it('fulfils at once where there is a session', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(options)
    await expect(signInSilently(tab.auth)).resolves.toBe('signed-in')
    expect(tab.navigation.left).toEqual([])
  })

  it.each(['login_required', 'interaction_required', 'consent_required', 'access_denied'])(
    'asks the user, and goes no second time in this tab, after %s',
    async (error) => {
      const profile = createProfile()
      const tabStorage = createMemoryTabStorage()
      const asked = ask(profile.openTab(options, { tabStorage }))
      await settle()
      const url = callbackOf(asked.left() as URL, { error })
      asked.tab.page.emit('hide')
      const back = profile.openTab(options, { tabStorage }, url)
      await failureOf(back.auth.handleRedirect())
      await expect(signInSilently(back.auth)).resolves.toBe('interaction-required')
      // A reload, much later.
      await profile.pass(3_600_000)
      const again = profile.openTab(options, { tabStorage })
      await expect(signInSilently(again.auth)).resolves.toBe('interaction-required')
      expect(again.navigation.left).toEqual([])
    },
  )

  it('goes no second time when the user comes back by the Back button from a server that shows an error', async () => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const asked = ask(profile.openTab(options, { tabStorage }))
    await settle()
    expect(asked.left()).toBeDefined()
    asked.tab.page.emit('hide')
    const back = profile.openTab(options, { tabStorage })
    await expect(signInSilently(back.auth)).resolves.toBe('interaction-required')
  })

  it('begins nothing after the user has signed out', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(options)
    await profile.passUntil(tab.auth.signOut())
    await expect(signInSilently(tab.auth)).resolves.toBe('interaction-required')
    expect(tab.navigation.left).toEqual([])
  })

  it('begins nothing after a sign-out in another tab that it hears of only when it looks', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, { openChannel: () => undefined })
    tab.page.setVisible(false)
    const asked = ask(tab)
    await settle()
    const other = await profile.openSignedInTab(options)
    await profile.passUntil(other.auth.signOut())
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'never' })
    tab.page.setVisible(true)
    tab.page.emit('visible')
    await settle()
    expect(asked.left()).toBeUndefined()
    expect(asked.ending()).toBe('interaction-required')
  })

  it('heals a session whose renewal was lost', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(options)
    await profile.pass(3_600_000)
    profile.server.answerNext(cutAfterRotation)
    await failureOf(tab.auth.getAccessToken())
    await profile.pass(2_000)
    await failureOf(tab.auth.getAccessToken())
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
    const asked = ask(tab)
    await settle()
    expect(asked.left()?.searchParams.get('prompt')).toBe('none')
    const { back } = await comeBack(profile, asked)
    expect(back.auth.getState().status).toBe('signed-in')
  })

  it('goes in one of several tabs, whose session the others wait for', async () => {
    const profile = createProfile()
    const all = [1, 2, 3, 4].map(() => ask(profile.openTab(options)))
    await settle()
    const gone = all.filter(({ left }) => left())
    expect(gone).toHaveLength(1)
    const [first] = gone
    if (!first) return
    await profile.pass(2_000)
    await comeBack(profile, first)
    await profile.pass(2_000)
    const others = all.filter((asked) => asked !== first)
    expect(others.map(({ ending }) => ending())).toEqual(['signed-in', 'signed-in', 'signed-in'])
    expect(others.map(({ left }) => left())).toEqual([undefined, undefined, undefined])
  })

  it('asks the user in the others, too, once the one that went has come back without a session', async () => {
    const profile = createProfile()
    const all = [1, 2, 3].map(() => ask(profile.openTab(options)))
    await settle()
    const [first, ...none] = all.filter(({ left }) => left())
    expect(none).toEqual([])
    if (!first) return
    await comeBack(profile, first, { error: 'login_required' })
    await profile.pass(12_000)
    const others = all.filter((asked) => asked !== first)
    expect(others.map(({ ending }) => ending())).toEqual([
      'interaction-required',
      'interaction-required',
    ])
    expect(others.map(({ left }) => left())).toEqual([undefined, undefined])
  })

  it('goes in the next tab where the first one never comes back', async () => {
    const profile = createProfile()
    const all = [1, 2].map(() => ask(profile.openTab(options)))
    await settle()
    const first = all.find(({ left }) => left())
    first?.tab.page.emit('hide')
    await profile.pass(29_000)
    expect(all.filter(({ left }) => left())).toHaveLength(1)
    await profile.pass(3_000)
    expect(all.filter(({ left }) => left())).toHaveLength(2)
  })

  it('goes only in a tab that the user sees; a hidden one waits until it is shown, or there is a session', async () => {
    const profile = createProfile()
    const hidden = [1, 2].map(() => {
      const tab = profile.openTab(options)
      tab.page.setVisible(false)
      return ask(tab)
    })
    await profile.pass(120_000)
    expect(hidden.map(({ ending }) => ending())).toEqual(['none yet', 'none yet'])
    expect(hidden.map(({ left }) => left())).toEqual([undefined, undefined])
    const [one, other] = hidden
    one?.tab.page.setVisible(true)
    one?.tab.page.emit('visible')
    await settle()
    expect(one?.left()).toBeDefined()
    await other?.tab.auth.startSession(profile.server.signIn())
    await settle()
    expect(other?.ending()).toBe('signed-in')
  })

  it('keeps a user who presses the button meanwhile waiting for nothing', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    tab.page.setVisible(false)
    ask(tab)
    await settle()
    tab.auth.signIn().catch(() => {})
    await settle()
    expect(new URL(tab.navigation.left[0] ?? '').searchParams.get('prompt')).toBeNull()
  })

  it('gives way to a user who presses the button while it looks up the server', async () => {
    const profile = createProfile()
    const answer = createDeferred<Response>()
    const issuer = 'https://as.example'
    const fetch = (): Promise<Response> => answer.promise.then((response) => response.clone())
    const tab = profile.openTab({ ...options, authorizationServer: issuer, fetch })
    const asked = ask(tab)
    await settle()
    const pressed = failureOf(tab.auth.signIn({ loginHint: 'ada' }))
    answer.resolve(Response.json({ ...profile.server.metadata, issuer }))
    await settle()
    const left = tab.navigation.left.map((address) => new URL(address).searchParams)
    expect(left.map((sent) => [sent.get('prompt'), sent.get('login_hint')])).toEqual([
      [null, 'ada'],
    ])
    tab.page.emit('restore')
    expect(asked.ending()).toBe('none yet')
    expect(named((await pressed) as TokenError)).toBe('SignInError NOT_LEFT')
    await settle()
    expect(asked.ending()).toBe('SignInError NOT_LEFT')
  })

  it('heals a session of another tab, too, though a sign-in of this one had come to nothing before', async () => {
    const profile = createProfile()
    const tabStorage = createMemoryTabStorage()
    const gone = profile.openTab(options, { tabStorage })
    gone.auth.signIn().catch(() => {})
    await settle()
    profile.clock.advance(120_000)
    const back = profile.openTab(options, { tabStorage })
    await settle()
    const other = await profile.openSignedInTab()
    await settle()
    await profile.pass(3_600_000)
    profile.server.answerNext(cutAfterRotation)
    await failureOf(other.auth.getAccessToken())
    await profile.pass(2_000)
    await failureOf(other.auth.getAccessToken())
    await settle()
    expect(back.auth.getState()).toMatchObject({ reason: 'rotation-lost' })
    const asked = ask(back)
    await settle()
    expect(asked.left()?.searchParams.get('prompt')).toBe('none')
  })

  it('looks for itself after a sign-in in another window that came to nothing', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    await tab.auth.signIn({ openUrl: () => {} })
    const asked = ask(tab)
    // No tab goes while another sign-in may bring its session.
    await profile.pass(31_000)
    await settle()
    expect(asked.left()?.searchParams.get('prompt')).toBe('none')
  })

  it('does not leave in a frame', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    vi.stubGlobal('window', { top: {}, self: {} })
    await expect(signInSilently(tab.auth)).resolves.toBe('interaction-required')
    expect(tab.navigation.left).toEqual([])
  })

  it('says what keeps it from leaving, and lets the next tab go', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    tab.page.setOnline(false)
    await expect(failureOf(signInSilently(tab.auth))).resolves.toMatchObject({ code: 'NOT_LEFT' })
    const asked = ask(profile.openTab(options))
    await settle()
    expect(asked.left()).toBeDefined()
  })

  it('stops waiting at a signal, and at dispose()', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options)
    tab.page.setVisible(false)
    const stop = new AbortController()
    const one = failureOf(signInSilently(tab.auth, { signal: stop.signal }))
    const other = failureOf(signInSilently(tab.auth))
    await settle()
    stop.abort(new Error('enough'))
    await expect(one).resolves.toMatchObject({ message: 'enough' })
    tab.auth.dispose()
    await expect(other).resolves.toMatchObject({ code: 'DISPOSED' })
    await expect(
      failureOf(signInSilently(tab.auth, { signal: AbortSignal.abort('before') })),
    ).resolves.toBe('before')
  })

  it('works without locks, and where storage refuses to say what others do', async () => {
    const profile = createProfile()
    const locks = {
      request: () => ({ granted: Promise.resolve(false), isHeld: () => false, release() {} }),
    }
    const asked = ask(profile.openTab(options, { locks }))
    await settle()
    expect(asked.left()).toBeDefined()
  })

  const neverGranted = {
    request: () => ({
      granted: new Promise<boolean>(() => {}),
      isHeld: () => false,
      release() {},
    }),
  }

  it('gives up where a lock is never granted', async () => {
    const profile = createProfile()
    const asked = ask(profile.openTab(options, { locks: neverGranted }))
    await settle()
    profile.clock.advance(59_999)
    await settle()
    expect(asked.ending()).toBe('none yet')
    profile.clock.advance(1)
    await settle()
    expect(asked.ending()).toBe('interaction-required')
  })

  it('notices a session while it waits for a lock that is never granted', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, { locks: neverGranted })
    const asked = ask(tab)
    await profile.pass(5_000)
    tab.page.emit('visible')
    await settle()
    expect(asked.ending()).toBe('none yet')
    await tab.auth.startSession(profile.server.signIn())
    await settle()
    expect(asked.ending()).toBe('signed-in')
  })

  it('takes no lock along when its page is put away, though that still counts as visible', async () => {
    const profile = createProfile()
    const first = ask(profile.openTab(options))
    await settle()
    expect(first.left()).toBeDefined()
    const waiting = profile.openTab(options)
    ask(waiting)
    await profile.pass(1_500)
    waiting.page.emit('hide')
    await settle()
    const third = ask(profile.openTab(options))
    first.tab.page.emit('hide')
    await profile.pass(35_000)
    expect(third.left()).toBeDefined()
    expect(waiting.navigation.left).toEqual([])
  })

  it('wants options', async () => {
    const { auth } = createProfile().openTab(options)
    for (const signal of [1, {}, () => {}, { aborted: false }]) {
      await expect(signInSilently(auth, { signal: signal as never })).rejects.toThrow(
        'options.signal must be an AbortSignal',
      )
    }
    await expect(signInSilently(auth, { returnTo: 1 as never })).rejects.toThrow(/options.returnTo/)
  })
})
