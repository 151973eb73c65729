// @vitest-environment happy-dom
import { createEffect, createMemo, createRoot, from } from 'solid-js'
import { derived, get, type Readable } from 'svelte/store'
import { describe, expect, it, vi } from 'vitest'
import type { SessionState } from '../../src/index.ts'
import { countedManager } from '../support/counted-manager.ts'
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
