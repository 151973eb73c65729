// @vitest-environment happy-dom
import { createEffect, createMemo, createRoot, from } from 'solid-js'
import { derived, get, type Readable } from 'svelte/store'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SessionState } from '../../src/index.ts'
import { countedManager } from '../support/counted-manager.ts'
import { runGuide } from '../support/run-guide.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, settle } from '../support/tabs.ts'

// In Node the package is its build for servers, in which nothing ever changes.
vi.mock('solid-js', () => vi.importActual('solid-js/dist/solid.js'))

describe('for Svelte, the manager', () => {
  it('is a store of the state', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const store: Readable<SessionState> = auth
    expect(get(store)).toEqual({ status: 'restoring' })
    await auth.startSession(profile.server.signIn())
    expect(get(store)).toBe(auth.getState())
    expect(get(store).status).toBe('signed-in')
  })

  it('is what another store can be derived from, which lets go of it', async () => {
    const { auth, subscriptions } = countedManager((await createProfile().openSignedInTab()).auth)
    const seen: boolean[] = []
    const isSignedIn = derived(auth, (state) => state.status === 'signed-in')
    const unsubscribe = isSignedIn.subscribe((value) => seen.push(value))
    await auth.refresh()
    await auth.signOut()
    expect(seen).toEqual([true, false])
    expect(subscriptions()).toBe(1)
    unsubscribe()
    expect(subscriptions()).toBe(0)
  })
})

describe('for Svelte, the guide', () => {
  afterEach(() => history.replaceState(null, '', '/'))

  /** Runs what the guide does before it mounts, as the server sends the browser back. */
  async function comeBack(parameters?: { error: string }) {
    const profile = createProfile()
    const left = await leaveToSignIn(profile.openTab({ redirectUri }), { returnTo: '/orders' })
    profile.server.answerNext(redeeming(profile, left))
    const { auth } = profile.openTab({ redirectUri }, {}, callbackOf(left, parameters))
    history.replaceState(null, '', '/callback')
    const mount = vi.fn(() => location.pathname)
    const files = await runGuide('react', ['svelte-main'], {
      svelte: { mount },
      './App.svelte': { __esModule: true, default: 'App' },
      './auth.ts': { auth },
    })
    await (files['svelte_main'] as { done: Promise<void> }).done
    expect(mount).toHaveReturnedWith('/orders')
    return { auth, mount }
  }

  it('finishes a sign-in before it mounts', async () => {
    const { auth, mount } = await comeBack()
    expect(auth.getState().status).toBe('signed-in')
    expect(mount).toHaveBeenCalledWith('App', {
      target: document.body,
      props: { failure: undefined },
    })
  })

  it('gives the component why a sign-in has failed', async () => {
    const { mount } = await comeBack({ error: 'access_denied' })
    const failure: unknown = expect.objectContaining({ code: 'DENIED' })
    expect(mount).toHaveBeenCalledWith('App', { target: document.body, props: { failure } })
  })
})

describe('for Solid, the manager', () => {
  it('is what from() takes, and is let go of with its owner', async () => {
    const { auth, subscriptions } = countedManager((await createProfile().openSignedInTab()).auth)
    const states: SessionState[] = []
    const selected: boolean[] = []
    const dispose = createRoot((end) => {
      const state = from(auth, auth.getState())
      const isSignedIn = createMemo(() => state().status === 'signed-in')
      createEffect(() => states.push(state()))
      createEffect(() => selected.push(isSignedIn()))
      return end
    })
    await auth.refresh()
    await auth.signOut()
    await settle()
    expect(states.length).toBeGreaterThan(2)
    expect(states.at(-1)).toBe(auth.getState())
    expect(selected).toEqual([true, false])
    expect(subscriptions()).toBe(1)
    dispose()
    expect(subscriptions()).toBe(0)
  })
})
