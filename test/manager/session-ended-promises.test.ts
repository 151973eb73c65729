import { describe, expect, it } from 'vitest'
import { createDeferred } from '../support/deferred.ts'
import { createProfile, settle } from '../support/tabs.ts'

describe('session-ended', () => {
  it('comes before the session-started of the session that follows, though a write is under way', async () => {
    const profile = createProfile()
    let gate: Promise<unknown> = Promise.resolve()
    const tab = profile.openTab({
      storage: {
        read: (key) => profile.store.read(key),
        async update(key, change, how) {
          await gate
          return profile.store.update(key, change, how)
        },
      },
    })
    const peer = await profile.openSignedInTab()
    await settle()
    expect(tab.auth.getState().status).toBe('signed-in')

    // A claim that storage takes its time for; reads are answered.
    const slow = createDeferred()
    gate = slow.promise
    tab.auth.refresh().catch(() => {})
    await settle()
    await peer.auth.signOut()
    await settle()
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out' })
    await peer.auth.startSession(profile.server.signIn())
    await settle()
    slow.resolve()
    await settle()
    const told = tab.events.map(({ type }) => type).filter((type) => type.startsWith('session-'))
    expect(told).toEqual(['session-started', 'session-ended', 'session-started'])
    tab.auth.dispose()
    peer.auth.dispose()
  })
})

describe('dispose() right after signOut()', () => {
  it('lets the other tabs hear of the sign-out', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const peer = profile.openTab()
    await settle()
    const signedOut = tab.auth.signOut()
    tab.auth.dispose()
    await signedOut.catch(() => {})
    await settle()
    expect(peer.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
  })
})
