import { StrictMode, createElement as h, useEffect, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import type { TokenManager } from '../../src/index.ts'
import {
  AuthProvider,
  RequireSession,
  useSession,
  useUser,
  type AuthProviderProps,
  type FallbackState,
} from '../../src/react/index.ts'
import { json } from '../oauth/server-double.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createDeferred } from '../support/deferred.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'
import { acting, hydrate, mount, recorder, within } from './mount.ts'

const returnTo = '/orders?open=1#first'
const ways = [
  ['plainly', (node: ReactNode) => node],
  ['in StrictMode', (node: ReactNode) => h(StrictMode, null, node)],
] as const

/** The page of a callback, and when the server answers. */
async function arriving(
  profile: Profile,
  answer?: (left: URL) => Response,
): Promise<{ readonly tab: Tab; readonly answered: () => Promise<void> }> {
  const left = await leaveToSignIn(profile.openTab({ redirectUri }), { returnTo })
  const wait = createDeferred()
  const redeem = redeeming(profile, left, { name: 'Ada', roles: ['admin'] })
  profile.server.answerNext(async (request) => {
    await wait.promise
    return answer ? answer(left) : redeem(request)
  })
  return {
    tab: profile.openTab({ redirectUri }, {}, callbackOf(left)),
    answered: () => acting(() => wait.resolve()),
  }
}

function provided(manager: TokenManager, props: Omit<AuthProviderProps, 'manager'>): ReactNode {
  return h(AuthProvider, { manager, ...props })
}

/** What a provider does with the callback of a sign-in; the same for every version of React. */
export function describeArrivals(): void {
  describe('a provider that finishes sign-ins', () => {
    it.each(ways)('tells once where to go, and redeems the code once, %s', async (_, wrap) => {
      const profile = createProfile()
      const { tab, answered } = await arriving(profile)
      const onSignedIn = vi.fn<(returnTo: string) => void>()
      const onSignInError = vi.fn()
      await mount(wrap(provided(tab.auth, { onSignedIn, onSignInError })))
      expect(tab.navigation.currentUrl()).toBe(redirectUri)
      await answered()
      expect(onSignedIn.mock.calls).toEqual([[returnTo]])
      expect(onSignInError).not.toHaveBeenCalled()
      expect(profile.sent).toHaveLength(1)
    })

    it('finds the callback before an effect below it takes that out of the address', async () => {
      const { tab, answered } = await arriving(createProfile())
      function Navigate(): undefined {
        useEffect(() => tab.navigation.replaceUrl('https://app.example/'), [])
      }
      const onSignedIn = vi.fn<(returnTo: string) => void>()
      await mount(h(AuthProvider, { manager: tab.auth, onSignedIn }, h(Navigate)))
      await answered()
      expect(onSignedIn.mock.calls).toEqual([[returnTo]])
    })

    it('shows nobody as signed out, and begins no other sign-in, until it is over', async () => {
      const { tab, answered } = await arriving(createProfile())
      const status = recorder(() => useSession((state) => state.status))
      const user = recorder(() => useUser<{ roles: string[] }>())
      const onSignedOut = vi.fn()
      const fallback = ({ isPending }: FallbackState): string => (isPending ? 'wait' : 'sign in')
      const guarded = h(RequireSession, { onSignedOut, fallback }, 'private')
      const children = [h(status.Recorder), h(user.Recorder), guarded]
      const { text } = await mount(
        h(AuthProvider, { manager: tab.auth, onSignedIn: () => {} }, ...children),
      )
      expect([text(), tab.auth.getState().status]).toEqual(['wait', 'signed-out'])
      await answered()
      expect(text()).toBe('private')
      expect(status.seen).toEqual(['restoring', 'signed-in'])
      expect(user.seen[0]).toEqual({ isLoading: true })
      expect(user.seen.at(-1)).toMatchObject({
        isLoading: false,
        user: { sub: 'user-1', name: 'Ada', roles: ['admin'] },
      })
      expect(onSignedOut).not.toHaveBeenCalled()
    })

    it.each(ways)('tells once what went wrong, and shows it, %s', async (_, wrap) => {
      const { tab, answered } = await arriving(createProfile(), () =>
        json(400, { error: 'invalid_grant' }),
      )
      const onSignedIn = vi.fn()
      const onSignInError = vi.fn<NonNullable<AuthProviderProps['onSignInError']>>()
      const onSignedOut = vi.fn()
      const user = recorder(() => useUser())
      const fallback = ({ isPending, error }: FallbackState): string =>
        isPending ? 'wait' : String((error as Error | undefined)?.name)
      const { text } = await mount(
        wrap(
          h(
            AuthProvider,
            { manager: tab.auth, onSignedIn, onSignInError },
            h(RequireSession, { fallback, onSignedOut }, 'private'),
            h(user.Recorder),
          ),
        ),
      )
      await answered()
      const error = onSignInError.mock.calls[0]?.[0]
      expect(error).toMatchObject({ name: 'SignInError', returnTo })
      expect(onSignInError).toHaveBeenCalledOnce()
      expect(onSignedIn).not.toHaveBeenCalled()
      expect(onSignedOut).not.toHaveBeenCalled()
      expect(text()).toBe('SignInError')
      expect(user.seen.at(-1)).toEqual({ isLoading: false, user: undefined, error })
    })

    it('shows a failure no longer once there was a session', async () => {
      const profile = createProfile()
      const { tab, answered } = await arriving(profile, () => json(400, { error: 'access_denied' }))
      const { seen, Recorder } = recorder(() => useUser().error?.name)
      await mount(h(AuthProvider, { manager: tab.auth, onSignedIn: () => {} }, h(Recorder)))
      await answered()
      await acting(() => tab.auth.startSession(profile.server.signIn()))
      await acting(() => tab.auth.signOut())
      expect(seen.slice(seen.indexOf('SignInError') + 1)).not.toContain('SignInError')
      expect(seen.at(-1)).toBeUndefined()
    })

    it('shows, on any other page, why the session is over', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      profile.server.answerNext(() => json(400, { error: 'invalid_grant' }))
      await auth.refresh().catch(() => undefined)
      const next = profile.openTab({ redirectUri })
      const { seen, Recorder } = recorder(() => useUser().error?.name)
      await mount(h(AuthProvider, { manager: next.auth, onSignedIn: () => {} }, h(Recorder)))
      expect(seen.at(-1)).toBe('SessionEndedError')
    })

    it('leaves a callback alone that is not ours, and shows what there is', async () => {
      const url = `${redirectUri}?code=1&state=of-another`
      const { auth, navigation } = createProfile().openTab({ redirectUri }, {}, url)
      const { seen, Recorder } = recorder(() => useSession((state) => state.status))
      const onSignedIn = vi.fn()
      const onSignInError = vi.fn()
      await mount(h(AuthProvider, { manager: auth, onSignedIn, onSignInError }, h(Recorder)))
      expect(navigation.currentUrl()).toBe(url)
      expect(seen).toEqual(['restoring', 'signed-out'])
      expect([onSignedIn.mock.calls, onSignInError.mock.calls]).toEqual([[], []])
    })

    it('calls the handlers of the present render', async () => {
      const { tab, answered } = await arriving(createProfile())
      const [before, after] = [vi.fn(), vi.fn()]
      const { render } = await mount(provided(tab.auth, { onSignedIn: before }))
      await render(provided(tab.auth, { onSignedIn: after }))
      await answered()
      expect([before.mock.calls, after.mock.calls]).toEqual([[], [[returnTo]]])
    })

    it('lets the manager of a module that was loaded anew finish it', async () => {
      const profile = createProfile()
      const { tab, answered } = await arriving(profile)
      const next = profile.openTab({ redirectUri })
      const onSignInError = vi.fn()
      const user = recorder(() => useUser())
      const page = (manager: TokenManager): ReactNode =>
        h(AuthProvider, { manager, onSignInError }, h(user.Recorder))
      const { render } = await mount(page(tab.auth))
      tab.auth.dispose()
      await render(page(next.auth))
      await answered()
      expect(onSignInError).not.toHaveBeenCalled()
      expect(user.seen.at(-1)).toMatchObject({ isLoading: false, error: undefined })
    })

    it('takes a manager that was disposed of for no failure', async () => {
      const { auth } = createProfile().openTab({ redirectUri })
      auth.dispose()
      const onSignInError = vi.fn()
      await mount(provided(auth, { onSignInError }))
      await expect(auth.handleRedirect()).rejects.toMatchObject({ code: 'DISPOSED' })
      expect(onSignInError).not.toHaveBeenCalled()
    })

    it('hydrates the page of a server before anything is shown of it', async () => {
      const { tab, answered } = await arriving(createProfile())
      const Status = (): ReactNode =>
        h(
          'p',
          null,
          useSession((state) => state.status),
        )
      const app = h(AuthProvider, { manager: tab.auth, onSignedIn: () => {} }, h(Status))
      const { text } = await hydrate('<p>restoring</p>', app)
      await answered()
      expect(text()).toBe('signed-in')
    })

    it('leaves no subscription behind', async () => {
      const { auth, subscriptions } = countedManager(createProfile().openTab().auth)
      const { Recorder } = recorder(() => useUser())
      const { unmount } = await mount(
        h(StrictMode, null, h(AuthProvider, { manager: auth, onSignedIn: () => {} }, h(Recorder))),
      )
      expect(subscriptions()).toBeGreaterThan(0)
      await unmount()
      expect(subscriptions()).toBe(0)
    })

    it('starts nothing if nobody wants to be told', async () => {
      const { auth } = createProfile().openTab()
      const handleRedirect = vi.fn(auth.handleRedirect)
      await mount(within({ ...auth, handleRedirect }))
      expect(handleRedirect).not.toHaveBeenCalled()
    })
  })

  describe('useUser', () => {
    it('knows somebody without claims, and why a session has ended', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const { seen, Recorder } = recorder(() => useUser())
      await mount(within(auth, h(Recorder)))
      expect(seen).toEqual([{ isLoading: false, user: {}, error: undefined }])
      profile.server.revokeFamilies()
      await acting(() => auth.refresh().catch(() => {}))
      expect(seen.at(-1)).toMatchObject({ isLoading: false, error: { code: 'REJECTED' } })
    })

    it('causes no render when a token is renewed, if nothing else is known of the user', async () => {
      const { auth } = await createProfile().openSignedInTab()
      const { seen, Recorder } = recorder(() => useUser())
      await mount(within(auth, h(Recorder)))
      await acting(() => auth.refresh())
      expect(seen).toHaveLength(1)
    })
  })
}
