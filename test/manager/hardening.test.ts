import { describe, expect, it } from 'vitest'
import type { LockManager, PageEvents, SessionState } from '../../src/index.ts'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { page } from '../oauth/server-double.ts'
import { createDeferred, type Deferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { openTabs } from '../support/open-tabs.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { arrivingWith, cut } from '../support/token-replies.ts'

const minuteMs = 60_000

/** Locks that somebody else holds for good; counts the requests that were withdrawn. */
function createStuckLocks(): LockManager & { withdrawn: number } {
  const locks = {
    withdrawn: 0,
    request: () => ({
      granted: new Promise<boolean>(() => {}),
      isHeld: () => false,
      release() {
        locks.withdrawn += 1
      },
    }),
  }
  return locks
}

function phaseOf(state: SessionState): string {
  return state.status === 'signed-in' ? state.refresh.phase : state.status
}

describe('dispose', () => {
  it('while a page that came to the front looks at storage leaves no timer', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    await tab.call()
    tab.page.emit('visible')
    tab.auth.dispose()
    await settle()
    expect(profile.clock.timers()).toEqual([])
    await profile.pass(10 * minuteMs)
    expect(profile.server.counts.requests).toBe(0)
  })

  it('leaves no listener with the page', async () => {
    const pageEvents = createMemoryPageEvents()
    let listening = 0
    const counted: PageEvents = {
      ...pageEvents,
      subscribe(listener) {
        listening += 1
        const stop = pageEvents.subscribe(listener)
        return () => {
          listening -= 1
          stop()
        }
      },
    }
    const { auth } = await createProfile().openSignedInTab({}, { pageEvents: counted })
    await auth.refresh()
    expect(listening).toBeGreaterThan(0)
    auth.dispose()
    await settle()
    expect(listening).toBe(0)
  })

  it.each<[string, (answer: Deferred<Response>) => void]>([
    ['fails', ({ resolve }) => resolve(page(503))],
    ['is cut off', ({ reject }) => reject(new TypeError('Failed to fetch'))],
  ])('while a renewal is under way that then %s leaves no timer', async (_, end) => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    const answer = createDeferred<Response>()
    profile.server.answerNext(() => answer.promise)
    const refreshed = failureOf(auth.refresh())
    await settle()
    auth.dispose()
    expect(named(await refreshed)).toBe('DisposedError DISPOSED')
    end(answer)
    await settle()
    expect(profile.clock.timers()).toEqual([])
  })

  it('keeps a second token that waits its turn from being asked for', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const calls = [auth.refresh(), auth.getAccessToken({ audience: 'x' })].map(failureOf)
    await settle()
    auth.dispose()
    answer.resolve()
    await settle()
    for (const error of await Promise.all(calls)) {
      expect(named(error)).toBe('DisposedError DISPOSED')
    }
    expect(profile.server.counts.requests).toBe(1)
  })

  it('withdraws a request for the lock at once, and nothing is sent later', async () => {
    const profile = createProfile()
    const locks = createStuckLocks()
    const { auth } = await profile.openSignedInTab({}, { locks })
    const refreshed = failureOf(auth.refresh())
    await settle()
    expect(locks.withdrawn).toBe(0)
    auth.dispose()
    expect(named(await refreshed)).toBe('DisposedError DISPOSED')
    await settle()
    // Not when the bound of the wait is reached, at which any request is withdrawn.
    expect(locks.withdrawn).toBeGreaterThan(0)
    expect(profile.clock.timers()).toEqual([])
    await profile.pass(minuteMs)
    expect(profile.server.counts.requests).toBe(0)
  })
})

describe('a hold-off', () => {
  it('is over in the state when it is over, also if the wall clock went back a little', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.server.answerNext(() => page(503))
    await failureOf(auth.refresh())
    expect(phaseOf(auth.getState())).toBe('waiting')
    profile.clock.stepWallClock(-500)
    await profile.pass(5 * minuteMs)
    expect(phaseOf(auth.getState())).toBe('idle')
  })

  it('is over in the state when the network comes back after a cut connection', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.server.answerAlways(cut)
    await profile.passUntil(failureOf(tab.auth.refresh()))
    expect(phaseOf(tab.auth.getState())).toBe('waiting')
    profile.clock.advance(10)
    tab.page.emit('online')
    await settle()
    expect(phaseOf(tab.auth.getState())).toBe('idle')
  })

  it('costs a call nothing: no storage, no request, no change of the state', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.clock.advance(10 * minuteMs)
    profile.server.answerNext(() => page(503, { 'retry-after': '600' }))
    await failureOf(auth.getAccessToken())
    const phases: string[] = []
    auth.subscribe((state) => phases.push(phaseOf(state)))
    const { reads, updates } = profile.store
    for (let call = 0; call < 5; call += 1) await failureOf(auth.getAccessToken())
    await settle()
    expect(phases).toEqual(['waiting'])
    expect(profile.store).toMatchObject({ reads, updates })
    expect(profile.server.counts.requests).toBe(1)
  })

  it('is said at once, although somebody else holds the lock', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab({}, { locks: createStuckLocks() })
    profile.clock.advance(10 * minuteMs)
    profile.server.answerNext(() => page(503, { 'retry-after': '600' }))
    await profile.passUntil(failureOf(auth.getAccessToken()))
    const askedAt = profile.clock.now()
    expect(named(await failureOf(auth.getAccessToken()))).toBe(
      'RefreshUnavailableError SERVER_UNAVAILABLE',
    )
    expect(profile.clock.now()).toBe(askedAt)
  })

  it('does not spin with an app that asks for a token whenever the state changes', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.clock.advance(10 * minuteMs)
    profile.server.answerAlways(() => page(503, { 'retry-after': '600' }))
    let asked = 0
    auth.subscribe((state) => {
      if (phaseOf(state) !== 'waiting' || asked > 500) return
      asked += 1
      void failureOf(auth.getAccessToken())
    })
    await failureOf(auth.getAccessToken())
    for (let turn = 0; turn < 20; turn += 1) await settle()
    expect(asked).toBe(1)
  })

  it('is short again when the failures before it are long past', async () => {
    const profile = createProfile({ expiresIn: 60 })
    const { auth } = await profile.openSignedInTab()
    for (let failure = 0; failure < 8; failure += 1) {
      profile.server.answerNext(() => page(503))
      await failureOf(auth.refresh())
      await profile.pass(70_000)
    }
    await profile.pass(24 * 60 * minuteMs)
    profile.server.answerNext(() => page(503))
    await failureOf(auth.refresh())
    expect(auth.getState()).toMatchObject({ refresh: { phase: 'waiting', attempt: 1 } })
  })
})

describe('a timer', () => {
  it('renews a token in use, although one that nobody uses was due before it', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab({ refreshAhead: 'in-use' })
    await profile.pass(100_000)
    for (let call = 0; call < 2; call += 1) await auth.getAccessToken({ audience: 'x' })
    expect(profile.server.counts.requests).toBe(1)
    await profile.pass(298_000)
    expect(profile.server.counts.requests).toBe(2)
  })

  it('ends a session without a refresh token, also if the wall clock went back a little', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const { refresh_token: _, ...response } = profile.server.signIn()
    await auth.startSession(response)
    profile.clock.stepWallClock(-900)
    await profile.pass(10 * minuteMs)
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' })
  })
})

describe('while discovery fails', () => {
  const authorizationServer = 'https://as.example'

  it('a session without a refresh token ends all the same', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab({ authorizationServer })
    const { refresh_token: _, ...response } = profile.server.signIn()
    await auth.startSession(response)
    await profile.pass(10 * minuteMs)
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'expired' })
  })

  it('a token that a peer has got is found, although nobody announced it', async () => {
    const profile = createProfile()
    const peer = await profile.openSignedInTab()
    const { auth } = profile.openTab({ authorizationServer }, { openChannel: () => undefined })
    await auth.ready
    await profile.pass(10 * minuteMs)
    await peer.auth.refresh()
    expect(await auth.getAccessToken()).toBe(await peer.auth.getAccessToken())
  })
})

describe('a session that another one replaces, whose users nobody knows', () => {
  it('gives its callers no token of the other', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.clock.advance(10 * minuteMs)
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const calls = [tab.auth.getAccessToken(), tab.call()].map(failureOf)
    await settle()
    await peer.auth.startSession(profile.server.signIn())
    await settle()
    answer.resolve()
    for (const error of await Promise.all(calls)) {
      expect(named(error)).toBe('SessionChangedError SESSION_CHANGED')
    }
    expect(profile.api.requests).toEqual([])
  })
})

describe('the state', () => {
  it('does not say of a new refresh token when the old one would have ended', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    await auth.startSession(profile.server.signIn({ refresh_token_expires_in: 1_000 }))
    expect(auth.getState()).toHaveProperty('refreshTokenExpiresAt')
    await auth.refresh()
    expect(auth.getState()).not.toHaveProperty('refreshTokenExpiresAt')
  })
})

describe('a page that was put away', () => {
  it('renews once it is visible, although nothing said that it was restored', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.clock.advance(10 * minuteMs)
    tab.page.emit('hide')
    tab.page.emit('visible')
    await expect(profile.passUntil(tab.auth.getAccessToken())).resolves.toBeTypeOf('string')
  })
})
