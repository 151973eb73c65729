// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { createApp, effectScope, h, ref, watch, type ComputedRef } from 'vue'
import type { SessionState } from '../../src/index.ts'
import { createAuth, useAuth, useAuthFetch, useSession, useUser } from '../../src/vue/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { countedManager } from '../support/counted-manager.ts'
import { createDeferred } from '../support/deferred.ts'
import { idToken } from '../support/id-token.ts'
import { apiUrl, createProfile } from '../support/tabs.ts'
import { hydrate, mount, recorder, rest } from './mount.ts'

const complaints = failOnComplaints('warn', 'error')

const toStatus = (state: SessionState): string => state.status

describe('useAuth', () => {
  it('returns the manager of the app, in its components and wherever the app runs something', async () => {
    const { auth } = createProfile().openTab()
    const { seen, Recorder } = recorder(() => ref(useAuth().getState === auth.getState))
    await mount(auth, Recorder)
    expect(seen).toEqual([true])
    const app = createApp(() => null).use(createAuth(auth))
    expect(app.runWithContext(() => useAuth())).toBe(auth)
  })

  it('says what is missing', () => {
    expect(() => useAuth()).toThrow('call this in setup')
    expect(() => createApp(() => null).runWithContext(() => useAuth())).toThrow(
      'app.use(createAuth(',
    )
  })
})

describe('useSession', () => {
  it('shows the state there is, and then every other', async () => {
    const profile = createProfile()
    const storage = createDeferred()
    profile.store.readsAfter = storage.promise
    const { auth } = profile.openTab()
    const { seen, Recorder } = recorder(() => useSession())
    await mount(auth, Recorder)
    storage.resolve()
    await rest()
    await auth.startSession(profile.server.signIn())
    await rest()
    expect(seen.map(toStatus)).toEqual(['restoring', 'signed-out', 'signed-in'])
    expect(seen.at(-1)).toBe(auth.getState())
  })

  it('with a selector renders only when the selected value changes', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const whole = recorder(() => useSession())
    const { seen, Recorder } = recorder(() => useSession((state) => state.status))
    await mount(auth, Recorder, whole.Recorder)
    for (let round = 0; round < 3; round += 1) {
      await auth.refresh()
      await rest()
    }
    expect(profile.server.counts.grants).toBe(3)
    expect(whole.seen.length).toBeGreaterThan(3)
    expect(seen).toEqual(['signed-in'])
    await auth.signOut()
    await rest()
    expect(seen).toEqual(['signed-in', 'signed-out'])
  })

  it('follows what else the selector reads', async () => {
    const { auth } = await createProfile().openSignedInTab()
    const name = ref<'status' | 'generation'>('status')
    const { seen, Recorder } = recorder(() =>
      useSession((state) => (state.status === 'signed-in' ? state[name.value] : undefined)),
    )
    await mount(auth, Recorder)
    name.value = 'generation'
    await rest()
    await auth.refresh()
    await rest()
    expect(seen).toEqual(['signed-in', 1, 2])
  })

  it('cannot be written to', async () => {
    const { auth } = await createProfile().openSignedInTab()
    const { seen, Recorder } = recorder(() => {
      const session = useSession()
      Object.assign(session, { value: { status: 'restoring' } })
      expect(complaints.splice(0)).toHaveLength(1)
      return session
    })
    await mount(auth, Recorder)
    expect(seen.map(toStatus)).toEqual(['signed-in'])
  })

  it('subscribes once for each use, and leaves nothing behind when the app is unmounted', async () => {
    const { auth, subscriptions } = countedManager(createProfile().openTab().auth)
    const uses = [recorder(() => useSession()), recorder(() => useSession(toStatus))]
    const { unmount } = await mount(auth, ...uses.map(({ Recorder }) => Recorder))
    expect(subscriptions()).toBe(2)
    unmount()
    expect(subscriptions()).toBe(0)
  })

  it('lives as long as the scope it is used in, where there is no component', async () => {
    const profile = createProfile()
    const { auth, subscriptions } = countedManager(profile.openTab().auth)
    await auth.ready
    const app = createApp(() => null).use(createAuth(auth))
    const scope = effectScope()
    const session = app.runWithContext(() => scope.run(() => useSession()))
    expect([session?.value.status, subscriptions()]).toEqual(['signed-out', 1])
    scope.stop()
    expect(subscriptions()).toBe(0)
    await auth.startSession(profile.server.signIn())
    expect(session?.value.status).toBe('signed-out')
  })

  it('is restoring while the page of a server is hydrated, and only then what it is', async () => {
    const { auth, subscriptions } = countedManager((await createProfile().openSignedInTab()).auth)
    const { seen, Recorder } = recorder(() => useSession(toStatus))
    const { text, unmount } = await hydrate('<p>"restoring"</p>', auth, Recorder)
    expect(seen).toEqual(['restoring', 'signed-in'])
    expect(text()).toBe('"signed-in"')
    unmount()
    expect(subscriptions()).toBe(0)
  })

  it('is what it is at once in a component that comes after hydration', async () => {
    const { auth } = await createProfile().openSignedInTab()
    const { seen, Recorder } = recorder(() => useSession(toStatus))
    const isShown = ref(false)
    const page = { render: () => h('main', isShown.value ? [h(Recorder)] : []) }
    await hydrate('<main></main>', auth, page)
    isShown.value = true
    await rest()
    expect(seen).toEqual(['signed-in'])
  })

  it('tells a watcher that does not wait for rendering at once', async () => {
    const { auth } = await createProfile().openSignedInTab()
    const app = createApp(() => null).use(createAuth(auth))
    const statuses: string[] = []
    app.runWithContext(() =>
      effectScope().run(() => {
        const status: ComputedRef<string> = useSession(toStatus)
        watch(status, (next) => statuses.push(next), { flush: 'sync' })
      }),
    )
    await auth.signOut()
    expect(statuses).toEqual(['signed-out'])
  })
})

describe('useUser', () => {
  it('knows whether it is known, who it is, and why a session has ended', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const { seen, Recorder } = recorder(() => useUser<{ roles: string[] }>())
    await mount(auth, Recorder)
    await auth.startSession(
      profile.server.signIn({ id_token: idToken({ name: 'Ada', roles: ['admin'] }) }),
    )
    await rest()
    profile.server.revokeFamilies()
    await auth.refresh().catch(() => {})
    await rest()
    const user = expect.objectContaining({ name: 'Ada', roles: ['admin'] }) as object
    expect(seen.slice(0, 3)).toEqual([
      { isLoading: true },
      { isLoading: false },
      { isLoading: false, user },
    ])
    const error = expect.objectContaining({ code: 'REJECTED' }) as object
    expect(seen.at(-1)).toEqual({ isLoading: false, error })
  })

  it('knows somebody without claims, and changes with no renewal then', async () => {
    const { auth } = await createProfile().openSignedInTab()
    const { seen, Recorder } = recorder(() => useUser())
    await mount(auth, Recorder)
    await auth.refresh()
    await rest()
    expect(seen).toEqual([{ isLoading: false, user: {} }])
  })
})

describe('useAuthFetch', () => {
  it('sends the token', async () => {
    const { auth } = await createProfile().openSignedInTab()
    const app = createApp(() => null).use(createAuth(auth))
    const authFetch = app.runWithContext(() => useAuthFetch())
    expect((await authFetch(`${apiUrl}orders`)).status).toBe(200)
  })
})
