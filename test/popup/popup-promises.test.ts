import { describe, expect, it, vi } from 'vitest'
import type { TokenError } from '../../src/index.ts'
import { signInWithPopup, type PopupSignInOptions } from '../../src/popup/index.ts'
import { named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { createPopupWindow } from './popup-window.ts'

const options = { scope: 'openid orders', redirectUri }

async function ask(profile: Profile, tab: Tab, how: PopupSignInOptions = {}) {
  await tab.auth.ready
  const popup = createPopupWindow()
  let ending = 'none yet'
  signInWithPopup(tab.auth, popup, how).then(
    () => (ending = `begun, ${tab.auth.getState().status}`),
    (error: TokenError) => (ending = named(error)),
  )
  const left = await vi.waitUntil(() => popup.shown[0], patience)
  return { popup, left, ending: () => ending }
}

async function comeBack(profile: Profile, left: URL, claims = {}) {
  profile.server.answerNext(redeeming(profile, left, claims))
  const tab = profile.openTab(options, { openChannel: () => undefined }, callbackOf(left))
  tab.auth.handleRedirect().catch(() => {})
  await settle()
  expect(tab.auth.getState().status).toBe('signed-in')
  return tab
}

describe('signInWithPopup', () => {
  it('does not fulfil while the state shows that nobody is signed in', async () => {
    const profile = createProfile()
    // No message gets here, so that this page looks but once in a second.
    const tab = profile.openTab(options, { openChannel: () => undefined })
    const asked = await ask(profile, tab)
    const other = await comeBack(profile, asked.left)
    await other.auth.signOut()
    await settle()
    await profile.pass(1_100)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
    expect(asked.ending()).not.toBe('begun, signed-out')
  })

  it('does not take a session that has begun elsewhere since for the one that it was asked for', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, { openChannel: () => undefined })
    const asked = await ask(profile, tab, { acrValues: 'gold' })
    const other = await comeBack(profile, asked.left, { acr: 'gold' })
    await other.auth.signOut()
    await other.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: 'bob' }) }))
    await settle()
    await profile.pass(1_100)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', sub: 'bob' })
    expect(asked.ending()).not.toBe('begun, signed-in')
  })

  it('fulfils where another tab has signed in as well, and its session has come after this one', async () => {
    const profile = createProfile()
    const tab = profile.openTab(options, { openChannel: () => undefined })
    const asked = await ask(profile, tab, { loginHint: 'ada' })
    const other = await comeBack(profile, asked.left)
    await other.auth.startSession(profile.server.signIn())
    await settle()
    await profile.pass(1_100)
    expect(asked.ending()).toBe('begun, signed-in')
  })

  it('leaves nothing behind that listens, where another session begins before there is an address to show', async () => {
    const profile = createProfile()
    const add = vi.spyOn(EventTarget.prototype, 'addEventListener')
    const remove = vi.spyOn(EventTarget.prototype, 'removeEventListener')
    let answer = (): void => {}
    const tab = profile.openTab({
      ...options,
      authorizationServer: profile.server.metadata.issuer,
      async fetch() {
        await new Promise<void>((resolve) => (answer = resolve))
        return Response.json(profile.server.metadata)
      },
    })
    await tab.auth.ready
    add.mockClear()
    remove.mockClear()
    const signIn = signInWithPopup(tab.auth, createPopupWindow())
    await settle()
    await tab.auth.startSession(profile.server.signIn())
    await signIn
    answer()
    await settle()
    const ofNews = (calls: readonly (readonly unknown[])[]) =>
      calls.filter(([type]) => type === 'news').length
    expect(ofNews(remove.mock.calls)).toBe(ofNews(add.mock.calls))
    vi.restoreAllMocks()
  })

  it.each([
    ['a signal that is aborted already', { signal: AbortSignal.abort(new Error('gone')) }],
    ['no signal', { signal: 5 }],
    ['no name of a user', { sub: '' }],
    ['no options', null],
  ])('leaves no empty window behind for %s', async (_, how) => {
    const tab = createProfile().openTab(options)
    const popup = createPopupWindow()
    await expect(signInWithPopup(tab.auth, popup, how as never)).rejects.toThrow()
    expect(popup.closed).toBe(true)
  })
})
