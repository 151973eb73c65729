import { describe, expect, it } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { openTabs } from '../support/open-tabs.ts'
import { storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Tab } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'

/** Does something in the very moment after the lease was written and before the request leaves. */
function onceClaimed({ auth }: Tab, task: () => void): void {
  const stop = auth.observe(({ type }) => {
    if (type !== 'claimed') return
    stop()
    task()
  })
}

describe('between the claim and the request', () => {
  it('a sign-out keeps the request from being sent', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    onceClaimed(tab, () => void tab.auth.signOut({ revoke: false, endSession: false }))
    expect(named(await failureOf(tab.auth.refresh()))).toBe('SessionEndedError SIGNED_OUT')
    await settle()
    expect(profile.server.counts.requests).toBe(0)
  })

  it('a page that is put away does not send, and renews when it comes back', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    onceClaimed(tab, () => tab.page.emit('hide'))
    const refreshed = tab.auth.refresh()
    await settle()
    expect(profile.server.counts.requests).toBe(0)
    tab.page.emit('restore')
    await refreshed
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })

  it.each([6_000, -6_000])(
    'a clock that steps by %i ms makes the tab claim anew',
    async (stepMs) => {
      const profile = createProfile()
      const tab = await profile.openSignedInTab()
      onceClaimed(tab, () => profile.clock.stepWallClock(stepMs))
      await tab.auth.refresh()
      expect(tab.events.filter(({ type }) => type === 'claimed')).toHaveLength(2)
      expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
    },
  )
})

describe('a page that is put away and back before its turn', () => {
  it('asks for the lock again, and does not say that there are none', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const stop = tab.auth.observe(({ type }) => {
      if (type !== 'lock-requested') return
      stop()
      // After the request, and before the lock is granted.
      queueMicrotask(() => {
        tab.page.emit('hide')
        tab.page.emit('restore')
      })
    })
    await tab.auth.refresh()
    const types = tab.events.map(({ type }) => type)
    expect(types.filter((type) => type === 'lock-requested')).toHaveLength(2)
    expect(types).not.toContain('degraded')
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })
})

describe('a sign-in in memory and a sign-out in storage in the same millisecond', () => {
  it('end with both tabs of one mind', async () => {
    const { profile, tab, peer } = await openTabs()
    await peer.auth.signOut({ revoke: false, endSession: false })
    await settle()
    profile.store.refuses = () => true
    await tab.auth.startSession(profile.server.signIn())
    profile.store.refuses = () => false
    await peer.auth.signOut({ revoke: false, endSession: false })
    await settle()
    tab.page.emit('visible')
    await settle()
    expect(tab.auth.getState().status).toBe(peer.auth.getState().status)
  })
})

describe('a reply that comes when another tab has the lease', () => {
  it('is saved, because the refresh token that was sent is still the stored one', async () => {
    const { profile, tab: first, peer: second } = await openTabs()
    const arrives = createDeferred()
    profile.server.answerNext(arrivingWith(arrives.promise))
    // The second request is refused before the server looks at it, so it is no replay.
    const refused = createDeferred()
    profile.server.answerNext(arrivingWith(refused.promise, () => json(503, {})))

    const firstRefresh = first.auth.refresh()
    await settle()
    first.page.emit('hide')
    profile.clock.advance(1_000)
    const secondRefresh = second.auth.refresh()
    await settle()
    expect(profile.server.counts.requests).toBe(2)
    arrives.resolve()
    await firstRefresh
    expect(second.auth.getState()).toMatchObject({ status: 'signed-in' })
    refused.resolve()
    await secondRefresh
    expect(await second.auth.getAccessToken()).toBe(await first.auth.getAccessToken())
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
  })
})

describe('storage that falls silent', () => {
  it.each([
    ['a fresh token is served all the same', true],
    ['a tab without a session says so', false],
  ])('holds a call up for three seconds; then %s', async (_, isSignedIn) => {
    const profile = createProfile()
    let isSilent = false
    const storage = {
      read: (key: string) => (isSilent ? new Promise(() => {}) : profile.store.read(key)),
      update: profile.store.update,
    }
    const { auth, page } = profile.openTab({ storage })
    await auth.ready
    if (isSignedIn) await auth.startSession(profile.server.signIn())
    isSilent = true
    page.emit('visible')
    await profile.pass(20_000)
    profile.clock.stepWallClock(60_000)
    const askedAt = profile.clock.monotonic()
    const outcome = await profile.passUntil(failureOf(auth.getAccessToken()).then(named))
    expect(outcome).toBe(isSignedIn ? 'none' : 'SessionEndedError NEVER')
    expect(profile.clock.monotonic() - askedAt).toBeLessThanOrEqual(3_500)
  })
})

describe('an announcement', () => {
  it('is made when the new token is stored, not before', async () => {
    const profile = createProfile()
    const generations: Promise<unknown>[] = []
    const tab = await profile.openSignedInTab(
      {},
      {
        openChannel: () => ({
          post: () => generations.push(storedRecord(profile)),
          close() {},
        }),
      },
    )
    await tab.auth.refresh()
    expect(await Promise.all(generations)).toMatchObject([{ generation: 1 }, { generation: 2 }])
  })
})

describe('discovery', () => {
  it('is over before a tab asks for the lock, so that the others never wait for it', async () => {
    const profile = createProfile()
    const { issuer } = profile.server.metadata
    const answered = createDeferred()
    const tab = await profile.openSignedInTab({
      authorizationServer: issuer,
      async fetch(input, init) {
        const url = input instanceof Request ? input.url : String(input)
        if (!url.includes('/.well-known/')) return profile.fetch(input, init)
        await answered.promise
        return Response.json(profile.server.metadata)
      },
    })
    const refreshed = tab.auth.refresh()
    await profile.pass(500)
    expect(tab.events.map(({ type }) => type)).not.toContain('lock-requested')
    answered.resolve()
    await profile.passUntil(refreshed)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })
})
