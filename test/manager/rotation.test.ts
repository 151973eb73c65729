import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import type { Ports } from '../../src/index.ts'
import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import {
  expire,
  noLocks,
  openExpiredTabs,
  openFrozenTab,
  openMortalTab,
} from '../support/open-tabs.ts'
import { newest } from '../support/newest.ts'
import { leaseMs, lockBoundMs, sharedName } from '../support/protocol-facts.ts'
import { overwriteRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { arrivingWith, cut, hang, spoilt } from '../support/token-replies.ts'

/** Opens a tab that has sent its refresh token and gets no answer, and whose timers stand still. */
async function openHangingTab(profile: Profile, ports: Partial<Ports> = {}): Promise<void> {
  const tab = await openFrozenTab(profile, ports)
  profile.server.answerNext(hang)
  void failureOf(tab.auth.getAccessToken())
  await settle()
}

function unknownAtClaim({ events }: Tab): readonly number[] {
  return events.flatMap((event) => (event.type === 'claimed' ? [event.unknown] : []))
}

describe('a tab that waits for its turn', () => {
  it('waits out a lease that was not taken under the lock', async () => {
    const { profile, tab } = await openExpiredTabs()
    await openHangingTab(profile, { locks: noLocks })
    const call = tab.auth.getAccessToken()
    await profile.pass(leaseMs - 100)
    expect(profile.server.counts.requests).toBe(1)
    await profile.pass(200)
    await expect(call).resolves.toBeTypeOf('string')
    expect(unknownAtClaim(tab)).toEqual([1])
  })

  it('waits for the lock a lease and five seconds, and does not take that for a browser without locks', async () => {
    const profile = createProfile()
    const ports = { clock: { ...profile.clock, isPunctual: true } }
    const { auth, events } = await profile.openSignedInTab({}, ports)
    const lock = profile.locks.request(sharedName)
    await lock.granted
    const renewed = auth.refresh()
    await settle()
    profile.clock.advance(lockBoundMs - 1)
    await settle()
    expect(profile.server.counts.requests).toBe(0)
    profile.clock.advance(1)
    await renewed
    lock.release()
    await settle()
    expect(profile.server.counts.requests).toBe(1)
    const types = events.map(({ type }) => type)
    expect(types).not.toContain('lock-granted')
    expect(types).not.toContain('degraded')
  })

  it('looks again after a second, because news of the lease may get lost', async () => {
    const ports = { openChannel: () => undefined }
    const { profile, tab } = await openExpiredTabs(2, {}, createProfile(), ports)
    await openHangingTab(profile, { locks: noLocks })
    const call = tab.auth.getAccessToken()
    await settle()
    const { lease: _, ...record } = (await storedRecord(profile)) as SessionRecord
    await overwriteRecord(profile, { ...record, revision: record.revision + 1 })
    profile.clock.advance(999)
    await settle()
    expect(profile.server.counts.requests).toBe(1)
    profile.clock.advance(1)
    await expect(call).resolves.toBeTypeOf('string')
  })

  it('does not keep the lock while it waits for a lease to run out', async () => {
    const { profile, tab } = await openExpiredTabs()
    await openHangingTab(profile, { locks: noLocks })
    const call = tab.auth.getAccessToken()
    await settle()
    const lock = profile.locks.request(sharedName)
    await expect(lock.granted).resolves.toBe(true)
    lock.release()
    await profile.passUntil(call)
  })
})

describe('a tab that dies with the lock after sending', () => {
  async function afterDeath(answer: FakeReply): Promise<{ profile: Profile; tab: Tab }> {
    const { profile, tab } = await openExpiredTabs()
    const { tab: dying, die } = await openMortalTab(profile)
    profile.server.answerNext(answer)
    void failureOf(dying.auth.getAccessToken())
    await settle()
    expect(profile.server.counts.requests).toBe(1)
    die()
    return { profile, tab }
  }

  it('holds nobody up, and the session is kept if the server answers the same token', async () => {
    const { profile, tab } = await afterDeath(hang)
    await expect(tab.auth.getAccessToken()).resolves.toBeTypeOf('string')
    expect(unknownAtClaim(tab)).toEqual([1])
    expect(profile.server.counts).toMatchObject({ requests: 2, replays: 0 })
  })
})

describe('without locks', () => {
  it('two tabs spend a refresh token once', async () => {
    const ports = { locks: noLocks }
    const { profile, tab, peer } = await openExpiredTabs(2, {}, createProfile(), ports)
    const calls = [tab, peer].flatMap(({ auth }) => [auth.getAccessToken(), auth.getAccessToken()])
    const tokens = await profile.passUntil(Promise.all(calls))
    expect(new Set(tokens).size).toBe(1)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1, replays: 0 })
    await profile.passUntil(tab.auth.refresh())
    const degraded = tab.events.filter(({ type }) => type === 'degraded')
    expect(degraded).toEqual([expect.objectContaining({ missing: 'locks' })])
  })

  it('nor channel two tabs spend a refresh token once, whichever is slower', async () => {
    const ports = { locks: noLocks, openChannel: () => undefined }
    const { profile, tab, peer } = await openExpiredTabs(2, {}, createProfile(), ports)
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const calls = Promise.all([tab.auth.getAccessToken(), peer.auth.getAccessToken()])
    await profile.pass(8_000)
    answer.resolve()
    expect(new Set(await profile.passUntil(calls)).size).toBe(1)
    expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })
  })
})

describe('a tab without locks', () => {
  it('takes its own lease for dead when nothing of its own is in flight', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({}, { locks: noLocks })
    await expire(profile)
    // The claim is written, and then storage refuses, so that the lease stays.
    profile.server.answerNext((request) => {
      profile.store.refuses = (operation) => operation === 'update'
      return cut(request)
    })
    await profile.passUntil(failureOf(tab.auth.getAccessToken()))
    profile.store.refuses = () => false
    const askedAt = profile.clock.now()
    await profile.passUntil(tab.auth.getAccessToken())
    expect(profile.clock.now() - askedAt).toBeLessThan(1_000)
  })

  it('tries a commit again that storage refuses', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({}, { locks: noLocks })
    let refusals = 3
    profile.store.refuses = (_, durable) => durable && refusals-- > 0
    await profile.passUntil(tab.auth.refresh())
    const types = tab.events.map(({ type }) => type)
    expect(types).toContain('committed')
    expect(types).not.toContain('persistence-failed')
  })

  it('sends nothing if its page is put away while it claims', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({}, { locks: noLocks })
    const stop = tab.auth.observe(({ type }) => {
      if (type === 'claimed') tab.page.emit('hide')
    })
    const refreshed = tab.auth.refresh()
    await settle()
    expect(profile.server.counts.requests).toBe(0)
    stop()
    tab.page.emit('restore')
    await profile.passUntil(refreshed)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })
})

describe('every write', () => {
  it('moves the revision of the record by one', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    expect(await storedRecord(profile)).toMatchObject({ revision: 1 })
    // The claim, and the commit.
    await tab.auth.refresh()
    expect(await storedRecord(profile)).toMatchObject({ revision: 3 })
    await tab.auth.signOut({ revoke: false })
    expect(await storedRecord(profile)).toMatchObject({ revision: 4 })
  })
})

describe('the events of a rotation', () => {
  it('follow its steps', async () => {
    const tab = await createProfile().openSignedInTab()
    const types: string[] = []
    tab.auth.observe(({ type }) => types.push(type))
    await tab.auth.refresh()
    expect(types.slice(0, 4)).toEqual(['lock-requested', 'lock-granted', 'claimed', 'sent'])
    expect(types.slice(4).sort()).toEqual(['announced', 'committed'])
  })

  it('say how long it took from the claim to the commit', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    await profile.pass(60_000)
    profile.server.answerNext((request) => {
      profile.clock.advance(250)
      return request.proceed()
    })
    await tab.auth.refresh()
    expect(tab.events.findLast(({ type }) => type === 'committed')).toMatchObject({ tookMs: 250 })
  })

  it('name the generation whose refresh token is spent, and the one that comes of it', async () => {
    const tab = await createProfile().openSignedInTab()
    await tab.auth.refresh()
    const last = (wanted: string): unknown => tab.events.findLast(({ type }) => type === wanted)
    expect(last('claimed')).toMatchObject({ generation: 1 })
    expect(last('sent')).toMatchObject({ generation: 1 })
    expect(last('committed')).toMatchObject({ generation: 2 })
    expect(last('announced')).toMatchObject({ generation: 2 })
  })
})

describe('a page that is put away in the middle of a rotation', () => {
  it('stores a reply that still reaches it, and the others adopt that', async () => {
    const { profile, tab, peer } = await openExpiredTabs()
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const call = tab.auth.getAccessToken()
    await settle()
    tab.page.emit('hide')
    answer.resolve()
    await settle()
    expect(await peer.auth.getAccessToken()).toBe(await call)
    expect(profile.server.counts.requests).toBe(1)
  })

  it('sends nothing while it is away', async () => {
    const { profile, tab } = await openExpiredTabs()
    tab.page.emit('hide')
    const call = tab.auth.getAccessToken()
    await profile.pass(60_000)
    expect(profile.server.counts.requests).toBe(0)
    tab.page.emit('restore')
    await expect(profile.passUntil(call)).resolves.toBeTypeOf('string')
  })
})

describe('a reply that comes after the sign-out', () => {
  it('is revoked as well if it fails a check', async () => {
    const { profile, tab, peer } = await openExpiredTabs()
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise, spoilt({ token_type: undefined })))
    const call = failureOf(tab.auth.getAccessToken())
    await settle()
    await peer.auth.signOut()
    expect(named(await call)).toBe('SessionEndedError SIGNED_OUT')
    answer.resolve()
    await settle()
    const revoked = profile.sent.flatMap(({ parameters }) => parameters.get('token') ?? [])
    expect(revoked).toContain(newest(profile, 'refresh'))
    expect(tab.auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' })
  })

  it('is not revoked when another session has begun, and leaves that alone', async () => {
    const { profile, tab, peer } = await openExpiredTabs()
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const call = failureOf(tab.auth.getAccessToken())
    await settle()
    await peer.auth.signOut({ revoke: false })
    const second = profile.server.signIn()
    await peer.auth.startSession(second)
    answer.resolve()
    await call
    await settle()
    expect(await tab.auth.getAccessToken()).toBe(second.access_token)
    expect(profile.server.counts.revocations).toBe(0)
  })
})

describe('a connection that is cut', () => {
  it('is tried again once at once, whether or not anybody waits, and not before the hold-off after that', async () => {
    const { profile, tab } = await openExpiredTabs()
    profile.server.answerAlways(cut)
    await profile.passUntil(failureOf(tab.auth.getAccessToken()))
    await profile.pass(900)
    const [first, second] = profile.sent.map(({ at }) => at)
    expect((second ?? 0) - (first ?? 0)).toBe(250)
    expect(profile.sent).toHaveLength(2)
  })

  it('is something else than a reply that failed a check: nothing was lost, so nobody asks again unasked', async () => {
    const { profile, tab } = await openExpiredTabs()
    profile.server.answerAlways(spoilt({ access_token: undefined }))
    await profile.passUntil(failureOf(tab.auth.getAccessToken()))
    await profile.pass(2_000)
    expect(profile.sent).toHaveLength(1)
  })
})
