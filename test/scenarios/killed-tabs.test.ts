import { expect, it } from 'vitest'
import { page } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import {
  expire,
  openExpiredTabs,
  openFrozenTab,
  openMortalTab,
  openTabs,
} from '../support/open-tabs.ts'
import { leaseMs, lockBoundMs } from '../support/protocol-facts.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { arrivingWith, cutAfterRotation, hangAfterRotation } from '../support/token-replies.ts'
import { countOf, hourMs, presented } from './stage.ts'

/** Has a tab begin a refresh and kills it there; the others are in the queue by then. */
async function killedWhile(
  profile: Profile,
  others: readonly Tab[],
  until: Parameters<typeof openMortalTab>[1] = {},
): Promise<readonly Promise<unknown>[]> {
  const { tab, die } = await openMortalTab(profile, until)
  void failureOf(tab.auth.getAccessToken())
  await settle()
  const calls = others.map(({ auth }) => auth.getAccessToken().catch(named))
  await settle()
  die()
  return calls
}

async function expectLostRotation(
  profile: Profile,
  tabs: readonly Tab[],
  calls: readonly Promise<unknown>[],
): Promise<void> {
  const { requests } = profile.server.counts
  for (const outcome of await Promise.all(calls)) {
    expect(outcome).toBe('SessionEndedError ROTATION_LOST')
  }
  for (const { auth, events } of tabs) {
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
    await failureOf(auth.getAccessToken())
    expect(events.filter(({ type }) => type === 'session-ended')).toHaveLength(1)
  }
  await profile.pass(60_000)
  expect(profile.server.counts.requests).toBe(requests + 1)
}

it('S-04: after a tab that was killed before its request left, the next one refreshes at once', async () => {
  const { profile, tabs } = await openExpiredTabs()
  const at = profile.clock.now()
  const calls = await killedWhile(profile, tabs, { after: 'claim' })
  expect(profile.server.counts.requests).toBe(0)
  expect(new Set(await Promise.all(calls))).toEqual(new Set([newest(profile, 'access')]))
  expect(profile.clock.now()).toBe(at)
  expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1, replays: 0 })
})

it('S-05: after a tab that was killed with its request under way the next one presents the same token once more, and where a strict server had rotated the session ends once', async () => {
  const patient = { patienceMs: 5_000 }
  const graceful = await openExpiredTabs(2, patient, createProfile({ graceful: true }))
  graceful.profile.server.answerNext(hangAfterRotation)
  const calls = await killedWhile(graceful.profile, graceful.tabs)
  expect(new Set(await Promise.all(calls))).toEqual(new Set([newest(graceful.profile, 'access')]))
  expect(new Set(presented(graceful.profile)).size).toBe(1)
  expect(graceful.profile.server.counts).toMatchObject({ requests: 2, repeats: 1, replays: 0 })

  const strict = await openExpiredTabs(3)
  strict.profile.server.answerNext(hangAfterRotation)
  const lost = await killedWhile(strict.profile, strict.tabs)
  expect(strict.profile.server.counts.requests).toBe(1)
  await expectLostRotation(strict.profile, strict.tabs, lost)
})

it('S-06: a tab that is killed between the reply and its commit is like one that was killed before the reply', async () => {
  const patient = { patienceMs: 5_000 }
  const graceful = await openExpiredTabs(2, patient, createProfile({ graceful: true }))
  const calls = await killedWhile(graceful.profile, graceful.tabs, { before: 'commit' })
  expect(new Set(await Promise.all(calls))).toEqual(new Set([newest(graceful.profile, 'access')]))
  expect(graceful.profile.server.counts).toMatchObject({ grants: 1, repeats: 1, replays: 0 })

  const strict = await openExpiredTabs(3)
  const lost = await killedWhile(strict.profile, strict.tabs, { before: 'commit' })
  expect(strict.profile.server.counts.requests).toBe(1)
  await expectLostRotation(strict.profile, strict.tabs, lost)
})

it('S-07: what a tab has committed before it was killed is adopted by the next, and the spent token is not sent again', async () => {
  const { profile, tabs } = await openExpiredTabs()
  const calls = await killedWhile(profile, tabs, { after: 'commit' })
  expect(new Set(await Promise.all(calls))).toEqual(new Set([newest(profile, 'access')]))
  expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  await tabs[0]?.auth.refresh()
  expect(new Set(presented(profile)).size).toBe(2)
  expect(profile.server.counts.replays).toBe(0)
})

it('S-08: after a reply that was lost when the server had rotated the same token is presented once more, and only its refusal ends the session', async () => {
  const patient = { patienceMs: 5_000 }
  const graceful = await openExpiredTabs(2, patient, createProfile({ graceful: true }))
  graceful.profile.server.answerNext(cutAfterRotation)
  const call = graceful.tab.auth.getAccessToken()
  await settle()
  expect(graceful.peer.auth.getState()).toMatchObject({ status: 'signed-in' })
  const token = await graceful.profile.passUntil(call)
  expect(token).toBe(newest(graceful.profile, 'access'))
  expect(presented(graceful.profile)).toHaveLength(2)
  expect(new Set(presented(graceful.profile)).size).toBe(1)

  const { profile, tab, peer } = await openExpiredTabs(2, patient)
  profile.server.answerNext(cutAfterRotation)
  expect(named(await profile.passUntil(failureOf(tab.auth.getAccessToken())))).toBe(
    'SessionEndedError ROTATION_LOST',
  )
  await settle()
  expect(peer.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
  expect(profile.server.counts.requests).toBe(2)
})

it('S-09: the others wait 20 s at most for a frozen holder of the lock and serve a token that lives meanwhile, and what it gets when it thaws is kept if nobody else got anything', async () => {
  const { profile, tab } = await openTabs()
  profile.clock.advance(280_000)
  const frozen = await openFrozenTab(profile)
  const answer = createDeferred()
  profile.server.answerNext(arrivingWith(answer.promise))
  const late = frozen.auth.refresh()
  await settle()
  const token = await tab.auth.getAccessToken()
  expect(profile.server.counts.requests).toBe(1)

  profile.clock.advance(leaseMs - 1_000)
  const call = tab.auth.getAccessToken({ minValidityMs: 60_000 })
  await settle()
  answer.resolve()
  await late
  await expect(call).resolves.toBe(newest(profile, 'access'))
  expect(await tab.auth.getAccessToken()).not.toBe(token)
  expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })

  // Now the others have given the holder up, and one of them is at it when the reply arrives.
  await expire(profile)
  const again = await openFrozenTab(profile)
  const thaw = createDeferred()
  const refusal = createDeferred()
  profile.server.answerNext(arrivingWith(thaw.promise))
  profile.server.answerNext(() => refusal.promise.then(() => page(503)))
  const kept = again.auth.getAccessToken()
  await settle()
  const waiting = tab.auth.getAccessToken()
  await profile.pass(lockBoundMs - 100)
  expect(profile.server.counts.requests).toBe(2)
  await profile.pass(200)
  expect(profile.server.counts.requests).toBe(3)
  const claim = tab.events.findLast(({ type }) => type === 'claimed')
  expect(claim).toMatchObject({ unknown: 1 })
  thaw.resolve()
  await expect(kept).resolves.toBe(newest(profile, 'access'))
  refusal.resolve()
  await expect(waiting).resolves.toBe(newest(profile, 'access'))
  expect(profile.server.counts).toMatchObject({ requests: 3, grants: 2, replays: 0 })
})

it('S-10: a reply that reaches a tab hours later, when the others have moved on, is dropped and not revoked', async () => {
  const { profile, tab, peer } = await openExpiredTabs(2, {}, createProfile({ graceful: true }))
  const frozen = await openFrozenTab(profile)
  const answer = createDeferred()
  profile.server.answerNext(arrivingWith(answer.promise))
  const late = frozen.auth.getAccessToken()
  await settle()
  await profile.passUntil(tab.auth.getAccessToken())
  profile.clock.advance(5 * hourMs)
  await profile.passUntil(peer.auth.getAccessToken())
  const { requests } = profile.server.counts

  answer.resolve()
  await expect(late).resolves.toBe(newest(profile, 'access'))
  await settle()
  expect(frozen.events).toContainEqual(
    expect.objectContaining({ type: 'dropped', reason: 'superseded' }),
  )
  expect(profile.server.counts).toMatchObject({ requests, revocations: 0, replays: 0 })
  await frozen.auth.refresh()
  expect(countOf([tab, peer, frozen], 'session-ended')).toBe(0)
  expect(profile.server.counts.replays).toBe(0)
})
