import { describe, expect, it } from 'vitest'
import type { SessionState, TokenManagerOptions } from '../../src/index.ts'
import { json, page } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import { expire, openExpiredTabs } from '../support/open-tabs.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { arrivingWith, cut, refusal } from '../support/token-replies.ts'

const patient: Partial<TokenManagerOptions> = { patienceMs: 5_000 }

/** How a call stands, without waiting for it. */
function watch(call: Promise<unknown>): { outcome: string } {
  const seen = { outcome: 'pending' }
  void failureOf(call).then((error) => {
    seen.outcome = error ? named(error) : 'served'
  })
  return seen
}

async function openOne(options: Partial<TokenManagerOptions> = patient): Promise<{
  profile: Profile
  tab: Tab
  peer: Tab
}> {
  return openExpiredTabs(2, options)
}

function refreshOf(state: SessionState): object | undefined {
  return state.status === 'signed-in' ? state.refresh : undefined
}

describe('a call without a usable token', () => {
  it('outlasts a failure that is over soon, and the state and events say so from the first failure on', async () => {
    const { profile, tab, peer } = await openOne()
    profile.server.answerNext(() => page(503))
    const call = watch(tab.auth.getAccessToken())
    await settle()
    const retryAt = profile.clock.now() + 250
    for (const { auth } of [tab, peer]) {
      expect(refreshOf(auth.getState())).toMatchObject({ phase: 'waiting', retryAt, attempt: 1 })
    }
    expect(tab.events).toContainEqual(
      expect.objectContaining({ type: 'held-off', attempt: 1, retryAt }),
    )
    expect(call.outcome).toBe('pending')
    profile.clock.advance(249)
    await settle()
    expect(profile.server.counts.requests).toBe(1)
    profile.clock.advance(1)
    await settle()
    expect(call.outcome).toBe('served')
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 1 })
    expect(refreshOf(peer.auth.getState())).toEqual({ phase: 'idle' })
  })

  it('waits for patienceMs from the first failure, and rejects at once if the pause ends later', async () => {
    const { profile, tab, peer } = await openOne()
    profile.server.answerAlways(() => page(503))
    const from = profile.clock.now()
    const call = watch(tab.auth.getAccessToken())
    for (let passed = 0; call.outcome === 'pending'; passed += 50) await profile.pass(50)
    // 250 + 750 + 1 500 ms have passed, and the pause of 3 s ends after 5.5 s.
    expect(call.outcome).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
    expect(profile.clock.now() - from).toBeLessThanOrEqual(2_600)
    expect(profile.server.counts.requests).toBe(4)
    // Another one's patience begins with its own call: this pause it outlasts.
    const later = watch(peer.auth.getAccessToken())
    await profile.pass(2_900)
    expect(later.outcome).toBe('pending')
    profile.server.answerAlways()
    await profile.pass(200)
    expect(later.outcome).toBe('served')
  })

  it('rejects after patienceMs although an attempt is under way, which goes on', async () => {
    const { profile, tab } = await openOne()
    profile.server.answerNext(() => page(503))
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const call = watch(tab.auth.getAccessToken())
    await profile.pass(4_900)
    expect(call.outcome).toBe('pending')
    await profile.pass(200)
    expect(call.outcome).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
    answer.resolve()
    await settle()
    expect(await tab.auth.getAccessToken()).toBe(newest(profile, 'access'))
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 1 })
  })

  it('has a patience of its own, also where callers share a rotation', async () => {
    const { profile, tab } = await openOne()
    profile.server.answerAlways(() => page(503))
    const first = watch(tab.auth.getAccessToken())
    await profile.pass(2_400)
    const second = watch(tab.auth.getAccessToken())
    await profile.pass(200)
    // The pause that has begun lasts 3 s: too long for one of them.
    expect([first.outcome, second.outcome]).toEqual([
      'RefreshUnavailableError SERVER_UNAVAILABLE',
      'pending',
    ])
    profile.server.answerAlways()
    await profile.pass(3_000)
    expect(second.outcome).toBe('served')
  })

  it('rejects at once with a patience of 0, a long Retry-After, or a halt', async () => {
    const { profile, tab } = await openOne({ patienceMs: 0 })
    profile.server.answerNext(() => page(503))
    expect(await failureOf(tab.auth.getAccessToken())).toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryAt: profile.clock.now() + 250,
    })

    const other = await openOne()
    other.profile.server.answerNext(() => page(503, { 'retry-after': '6' }))
    const retryAt = other.profile.clock.now() + 6_000
    for (const { auth } of [other.tab, other.peer]) {
      expect(await failureOf(auth.getAccessToken())).toMatchObject({ retryAt })
    }
    const third = await openOne()
    third.profile.server.answerNext(refusal(401, 'invalid_client'))
    for (const { auth } of [third.tab, third.peer]) {
      expect(named(await failureOf(auth.getAccessToken()))).toBe(
        'ConfigurationError CLIENT_REJECTED',
      )
    }
  })

  it('is not tried again at once after a 429', async () => {
    const { profile, tab } = await openOne({ patienceMs: 0 })
    profile.server.answerNext(() => page(429))
    expect(await failureOf(tab.auth.getAccessToken())).toMatchObject({
      retryAt: profile.clock.now() + 750,
    })
  })

  it('waits as a fetch, after a 401 too, and as a refresh', async () => {
    const { profile, tab } = await openOne()
    profile.server.answerNext(() => page(503))
    await expect(profile.passUntil(tab.call())).resolves.toBe(200)

    profile.server.revokeAccessTokens()
    profile.server.answerNext(() => page(503))
    await expect(profile.passUntil(tab.call())).resolves.toBe(200)
    await profile.pass(31_000)
    profile.server.revokeAccessTokens()
    profile.server.answerAlways(() => page(503))
    const failure = await profile.passUntil(failureOf(tab.call()))
    expect(named(failure)).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')

    profile.server.answerAlways()
    await profile.pass(200_000)
    profile.server.answerNext(() => page(503))
    await profile.passUntil(tab.auth.refresh())
    expect(await tab.auth.getAccessToken()).toBe(newest(profile, 'access'))
  })

  it('does not wait while a token lives that will do', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab(patient)
    const token = await tab.auth.getAccessToken()
    profile.clock.advance(295_000)
    profile.server.answerAlways(() => page(503))
    expect(await tab.auth.getAccessToken()).toBe(token)
  })

  it.each<[string, (of: { tab: Tab; peer: Tab; profile: Profile }) => unknown, string]>([
    ['the user signs out here', ({ tab }) => tab.auth.signOut(), 'SessionEndedError SIGNED_OUT'],
    [
      'the user signs out elsewhere',
      ({ peer }) => peer.auth.signOut(),
      'SessionEndedError SIGNED_OUT',
    ],
    ['the manager is disposed of', ({ tab }) => tab.auth.dispose(), 'DisposedError DISPOSED'],
    [
      'another user signs in',
      ({ peer, profile }) => peer.auth.startSession(profile.server.signIn()),
      'SessionChangedError SESSION_CHANGED',
    ],
  ])('stops waiting when %s, and leaves no timer behind', async (_, act, outcome) => {
    const { profile, tab, peer } = await openOne()
    profile.server.answerNext(() => page(503, { 'retry-after': '4' }))
    const call = watch(tab.auth.getAccessToken())
    await settle()
    expect(call.outcome).toBe('pending')
    await act({ tab, peer, profile })
    await settle()
    expect(call.outcome).toBe(outcome)
    peer.auth.dispose()
    tab.auth.dispose()
    expect(profile.clock.timers()).toEqual([])
  })

  it('stops waiting at its signal, and asks for nothing afterwards', async () => {
    const { profile, tab } = await openOne()
    profile.server.answerNext(() => page(503, { 'retry-after': '4' }))
    const controller = new AbortController()
    const call = tab.auth.getAccessToken({ signal: controller.signal })
    await settle()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await profile.pass(10_000)
    expect(profile.server.counts.requests).toBe(1)
  })

  it('is served at once by what another tab got meanwhile, and when the network is back', async () => {
    const { profile, tab, peer } = await openOne()
    profile.server.answerAlways(cut)
    await profile.passUntil(failureOf(tab.auth.getAccessToken()))
    const call = watch(tab.auth.getAccessToken())
    await profile.pass(100)
    profile.server.answerAlways()
    tab.page.emit('online')
    await settle()
    expect(call.outcome).toBe('served')

    await expire(profile)
    profile.server.answerNext(() => page(503, { 'retry-after': '4' }))
    const waiting = watch(tab.auth.getAccessToken())
    await settle()
    await peer.auth.startSession(profile.server.signIn(), { ifSignedOut: true })
    expect(waiting.outcome).toBe('pending')
    await profile.pass(4_000)
    expect(waiting.outcome).toBe('served')
  })

  it('outlasts discovery that fails, too', async () => {
    const profile = createProfile()
    const { issuer } = profile.server
    let failures = 2
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : input.toString()
      if (!url.includes('/.well-known/')) return profile.fetch(input, init)
      if (failures > 0) {
        failures -= 1
        throw new TypeError('Failed to fetch')
      }
      return json(200, profile.server.metadata)
    }
    const tab = await profile.openSignedInTab({ ...patient, authorizationServer: issuer, fetch })
    await expire(profile)
    await profile.passUntil(tab.auth.getAccessToken())
    expect(failures).toBe(0)
    expect(profile.server.counts.grants).toBe(1)
  })
})
