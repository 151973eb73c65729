import { Component, StrictMode, createElement as h, useEffect, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import type { SessionState } from '../../src/index.ts'
import {
  RequireSession,
  useAuth,
  useAuthFetch,
  useSession,
  type FallbackState,
} from '../../src/react/index.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createDeferred } from '../support/deferred.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { apiUrl, createProfile } from '../support/tabs.ts'
import { acting, hydrate, mount, recorder, within } from './mount.ts'

const toStatus = (state: SessionState): string => state.status

/** What the hooks do that show the session; the same for every version of React. */
export function describeSessionHooks(complaints: unknown[]): void {
  describe('useAuth', () => {
    it('returns the manager of the nearest provider, without a render of its own', async () => {
      const profile = createProfile()
      const [{ auth }, { auth: inner }] = [profile.openTab(), profile.openTab()]
      const outerUse = recorder(useAuth)
      const innerUse = recorder(useAuth)
      await mount(within(auth, h(outerUse.Recorder), within(inner, h(innerUse.Recorder))))
      await acting(() => auth.startSession(profile.server.signIn()))
      expect(outerUse.seen).toEqual([auth])
      expect(innerUse.seen).toEqual([inner])
    })

    it('says what is missing where there is no provider', async () => {
      const errors: unknown[] = []
      class Boundary extends Component<{ readonly children?: ReactNode }> {
        override readonly state = { failed: false }
        static getDerivedStateFromError(error: unknown): { readonly failed: boolean } {
          errors.push(error)
          return { failed: true }
        }
        override render(): ReactNode {
          return this.state.failed ? null : this.props.children
        }
      }
      await mount(h(Boundary, null, h(recorder(useAuth).Recorder)))
      expect(String(errors[0])).toContain('<AuthProvider manager={…}>')
      expect(complaints.splice(0).length).toBeGreaterThan(0)
    })
  })

  describe('useSession', () => {
    it('renders the state there is, and then only when it changes', async () => {
      const profile = createProfile()
      const storage = createDeferred()
      profile.store.readsAfter = storage.promise
      const { auth } = profile.openTab()
      const { seen, Recorder } = recorder(() => useSession())
      await mount(within(auth, h(Recorder)))
      await acting(() => storage.resolve())
      await acting(() => auth.startSession(profile.server.signIn()))
      expect(seen.map(toStatus)).toEqual(['restoring', 'signed-out', 'signed-in'])
      expect(seen.at(-1)).toBe(auth.getState())
    })

    it('with a selector renders only when the selected value changes', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const whole = recorder(() => useSession())
      const { seen, Recorder } = recorder(() => useSession((state) => state.status))
      await mount(within(auth, h(Recorder), h(whole.Recorder)))
      for (let round = 0; round < 3; round += 1) await acting(() => auth.refresh())
      expect(profile.server.counts.grants).toBe(3)
      expect(whole.seen.length).toBeGreaterThan(3)
      expect(seen).toEqual(['signed-in'])
      await acting(() => auth.signOut())
      expect(seen).toEqual(['signed-in', 'signed-out'])
    })

    it('takes a selector that makes a new object every time', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const { seen, Recorder } = recorder(() => useSession(({ status }) => ({ status })))
      const { render } = await mount(within(auth, h(Recorder)))
      expect(seen).toEqual([{ status: 'signed-in' }])
      await render(within(auth, h(Recorder)))
      expect(seen).toHaveLength(2)
      await acting(() => auth.signOut())
      expect(seen.slice(2)).toEqual([{ status: 'signed-out' }])
    })

    it('calls a selector that stays the same once for each state', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const selector = vi.fn(toStatus)
      const { Recorder } = recorder(() => useSession(selector))
      const { render } = await mount(within(auth, h(Recorder)))
      await render(within(auth, h(Recorder)))
      expect(selector).toHaveBeenCalledTimes(1)
    })

    it('uses the selector of the present render', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const seen: unknown[] = []
      function Member({ name }: { readonly name: 'status' | 'generation' }): ReactNode {
        seen.push(useSession((state) => (state.status === 'signed-in' ? state[name] : undefined)))
        return null
      }
      const { render } = await mount(within(auth, h(Member, { name: 'status' })))
      await render(within(auth, h(Member, { name: 'generation' })))
      await acting(() => auth.refresh())
      expect(seen).toEqual(['signed-in', 1, 2])
    })

    it.each([
      ['plainly', (node: ReactNode) => node],
      ['in StrictMode', (node: ReactNode) => h(StrictMode, null, node)],
    ])('subscribes once %s, and leaves nothing behind when it is unmounted', async (_, wrap) => {
      const { auth, subscriptions } = countedManager(createProfile().openTab().auth)
      const { Recorder } = recorder(() => useSession((state) => ({ ...state })))
      const { render, unmount } = await mount(wrap(within(auth, h(Recorder))))
      await render(wrap(within(auth, h(Recorder))))
      expect(subscriptions()).toBe(1)
      await unmount()
      expect(subscriptions()).toBe(0)
    })

    it('follows another manager, and lets go of the one before', async () => {
      const profile = createProfile()
      const [before, after] = [
        countedManager((await profile.openSignedInTab()).auth),
        countedManager(profile.openTab({ sessionName: 'other' }).auth),
      ]
      await after.auth.ready
      const { seen, Recorder } = recorder(() => useSession(toStatus))
      const { render } = await mount(within(before.auth, h(Recorder)))
      await render(within(after.auth, h(Recorder)))
      before.auth.dispose()
      expect([before.subscriptions(), after.subscriptions()]).toEqual([0, 1])
      await acting(() => after.auth.startSession(profile.server.signIn()))
      expect(seen).toEqual(['signed-in', 'signed-out', 'signed-in'])
    })

    it('is restoring while the page of a server is hydrated, and only then what it is', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const { seen, Recorder } = recorder(() => useSession(toStatus))
      function Status(): ReactNode {
        return h('p', null, useSession(toStatus))
      }
      const { text } = await hydrate('<p>restoring</p>', within(auth, h(Status), h(Recorder)))
      expect(seen).toEqual(['restoring', 'signed-in'])
      expect(text()).toBe('signed-in')
    })

    it('hydrates in one render if the page knows no more than the server', async () => {
      const { auth } = createProfile().openTab({
        storage: { read: () => new Promise(() => {}), update: () => new Promise(() => {}) },
      })
      const { seen, Recorder } = recorder(() => useSession())
      await hydrate('', within(auth, h(Recorder)))
      expect(seen).toEqual([{ status: 'restoring' }])
    })
  })

  describe('useAuthFetch', () => {
    it('is one function in all renders, and sends the token', async () => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const { seen, Recorder } = recorder(useAuthFetch)
      const { render } = await mount(within(auth, h(Recorder)))
      await render(within(auth, h(Recorder)))
      expect(seen).toHaveLength(2)
      expect(new Set(seen).size).toBe(1)
      expect((await seen[0]?.(`${apiUrl}orders`))?.status).toBe(200)
    })
  })

  describe('RequireSession', () => {
    it('renders its children only for who is signed in', async () => {
      const profile = createProfile()
      const { auth } = profile.openTab()
      const status = recorder(() => useSession(toStatus))
      const guarded = h(RequireSession, { fallback: 'fallback' }, 'private', h(status.Recorder))
      const { text } = await mount(within(auth, guarded))
      expect(text()).toBe('fallback')
      await acting(() => auth.startSession(profile.server.signIn()))
      expect(text()).toBe('private')
      await acting(() => auth.signOut())
      expect(text()).toBe('fallback')
      expect(status.seen).toEqual(['signed-in'])
    })

    it('renders its children no more often than their parent does', async () => {
      const { auth } = await createProfile().openSignedInTab()
      const child = recorder(() => undefined)
      const around = recorder(() => useSession())
      await mount(within(auth, h(around.Recorder), h(RequireSession, null, h(child.Recorder))))
      await acting(() => auth.refresh())
      expect(around.seen.length).toBeGreaterThan(1)
      expect(child.seen).toHaveLength(1)
    })

    it.each([
      ['plainly', (node: ReactNode) => node],
      ['in StrictMode', (node: ReactNode) => h(StrictMode, null, node)],
    ])('%s calls onSignedOut once for each end of a session', async (_, wrap) => {
      const profile = createProfile()
      const { auth } = await profile.openSignedInTab()
      const told: string[] = []
      const guarded = (): ReactNode =>
        wrap(within(auth, h(RequireSession, { onSignedOut: ({ reason }) => told.push(reason) })))
      const { render } = await mount(guarded())
      expect(told).toEqual([])
      await acting(() => auth.signOut())
      await render(guarded())
      await acting(() => auth.signOut())
      expect(told).toEqual(['signed-out'])

      await acting(() => auth.startSession(profile.server.signIn()))
      profile.server.revokeFamilies()
      await acting(() => auth.refresh().catch(() => {}))
      await render(guarded())
      expect(told).toEqual(['signed-out', 'rejected'])
    })

    it('in StrictMode calls onSignedOut once if there is no session to begin with', async () => {
      const { auth } = createProfile().openTab()
      await auth.ready
      const onSignedOut = vi.fn(() => {})
      await mount(h(StrictMode, null, within(auth, h(RequireSession, { onSignedOut }))))
      expect(onSignedOut).toHaveBeenCalledOnce()
      expect(onSignedOut).toHaveBeenCalledWith({ status: 'signed-out', reason: 'never' })
    })
  })

  describe('RequireSession with a fallback that is a function', () => {
    const shown = ({ isPending, error, signIn }: FallbackState): ReactNode =>
      isPending
        ? 'one moment'
        : h(
            'button',
            { onClick: () => signIn() },
            error instanceof Error ? error.message : 'sign in',
          )

    it('offers the sign-in again whenever one has come to nothing', async () => {
      const profile = createProfile()
      const { auth, page, navigation } = profile.openTab({ redirectUri })
      const seen: boolean[] = []
      const fallback = (state: FallbackState): ReactNode => {
        seen.push(state.isPending)
        return shown(state)
      }
      const guarded = h(RequireSession, { fallback, onSignedOut: () => auth.signIn() })
      const { text, click } = await mount(h(StrictMode, null, within(auth, guarded)))
      for (let left = 1; left <= 3; left += 1) {
        await acting(() => vi.waitUntil(() => navigation.left.length === left, patience))
        expect(text()).toBe('one moment')
        expect(seen).not.toContain(false)
        await acting(() => page.emit('hide'))
        await acting(() => page.emit('restore'))
        expect(text()).toContain('offer the sign-in again')
        seen.length = 0
        await click('button')
        seen.splice(0, seen.lastIndexOf(false) + 1)
      }
      await acting(() => auth.startSession(profile.server.signIn()))
      expect(text()).toBe('')
    })

    it('never shows a button for a moment, while the session is read and the sign-in begins', async () => {
      const profile = createProfile()
      const storage = createDeferred()
      profile.store.readsAfter = storage.promise
      const { auth } = profile.openTab({ redirectUri })
      const seen: boolean[] = []
      const fallback = ({ isPending }: FallbackState): ReactNode => {
        seen.push(isPending)
        return null
      }
      await mount(within(auth, h(RequireSession, { fallback, onSignedOut: () => auth.signIn() })))
      await acting(() => storage.resolve())
      expect(seen.length).toBeGreaterThan(1)
      expect(seen).not.toContain(false)
    })

    it('offers the sign-in where nothing was begun', async () => {
      const profile = createProfile()
      for (const onSignedOut of [undefined, () => undefined, async () => undefined]) {
        const { auth, navigation } = profile.openTab({ redirectUri })
        const guarded = h(RequireSession, { fallback: shown, onSignedOut })
        const { text, click } = await mount(within(auth, guarded))
        expect(text()).toBe('sign in')
        await click('button')
        await acting(() => vi.waitUntil(() => navigation.left.length === 1, patience))
        expect(text()).toBe('one moment')
      }
    })

    it('does not show to the next stretch without a session what came of the one before', async () => {
      const profile = createProfile()
      const { auth } = profile.openTab()
      const works = [createDeferred(), createDeferred(), createDeferred()]
      const seen: boolean[] = []
      let calls = 0
      const onSignedOut = (): Promise<unknown> | undefined => works[calls++]?.promise
      const fallback = (state: FallbackState): ReactNode => {
        seen.push(state.isPending)
        return shown(state)
      }
      const guarded = h(RequireSession, { fallback, onSignedOut }, 'private')
      const { text } = await mount(within(auth, guarded))
      await acting(() => auth.startSession(profile.server.signIn()))
      expect(text()).toBe('private')
      await acting(() => auth.signOut())
      await acting(() => works[0]?.reject(new Error('too late')))
      expect([calls, text()]).toEqual([2, 'one moment'])
      await acting(() => works[1]?.reject(new Error('in time')))
      expect(text()).toBe('in time')
      seen.length = 0
      await acting(() => auth.startSession(profile.server.signIn()))
      await acting(() => auth.signOut())
      expect([calls, seen.includes(false)]).toEqual([3, false])
    })
  })

  it('RequireSession with a fallback that hears of nothing leaves a failure to whoever began it', async () => {
    const { auth } = createProfile().openTab()
    const work = new Promise(() => {})
    const then = vi.spyOn(work, 'then')
    const onSignedOut = (): Promise<unknown> => work
    await mount(within(auth, h(RequireSession, { fallback: 'fallback', onSignedOut })))
    expect(then).not.toHaveBeenCalled()
  })

  describe('a sign-in that is finished in an effect', () => {
    it('redeems its code once in StrictMode', async () => {
      const profile = createProfile()
      const left = await leaveToSignIn(profile.openTab({ redirectUri }), { returnTo: '/orders' })
      profile.server.answerNext(redeeming(profile, left))
      const { auth } = profile.openTab({ redirectUri }, {}, callbackOf(left))
      const arrivals: unknown[] = []
      const failures: unknown[] = []
      function Callback(): ReactNode {
        const { handleRedirect } = useAuth()
        useEffect(() => {
          handleRedirect().then(
            (arrived) => arrivals.push(arrived),
            (error) => failures.push(error),
          )
        }, [handleRedirect])
        return useSession(toStatus)
      }
      const { text } = await mount(h(StrictMode, null, within(auth, h(Callback))))
      expect(text()).toBe('signed-in')
      expect(failures).toEqual([])
      expect(arrivals).toEqual([{ returnTo: '/orders' }, { returnTo: '/orders' }])
      expect(profile.sent).toHaveLength(1)
    })
  })
}
