import { expect, it } from 'vitest'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import { expire, openExpiredTabs, openTabs } from '../support/open-tabs.ts'
import { sharedName } from '../support/protocol-facts.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { countOf, openTabWithSlowDisk, presented } from './stage.ts'

it('S-03: fifty tabs whose token runs out at the same instant cost one refresh, and the others only read', async () => {
  const { profile, tabs } = await openExpiredTabs(50)
  const writes = profile.store.updates
  const tokens = await Promise.all(tabs.map(({ auth }) => auth.getAccessToken()))
  expect(new Set(tokens)).toEqual(new Set([newest(profile, 'access')]))
  expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1, replays: 0 })
  expect(countOf(tabs, 'claimed')).toBe(1)
  expect(countOf(tabs, 'adopted')).toBe(49)
  // The claim and the commit.
  expect(profile.store.updates - writes).toBe(2)
})

it('S-14: a tab that was frozen or in the back/forward cache during the sign-out serves no token afterwards', async () => {
  for (const event of ['restore', 'resume', 'visible'] as const) {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    // Nothing that is said meanwhile reaches it.
    const away = profile.openTab({}, { openChannel: () => undefined })
    await away.auth.getAccessToken()
    if (event === 'restore') away.page.emit('hide')
    await tab.auth.signOut()
    away.page.emit(event)
    expect(named(await failureOf(away.auth.getAccessToken()))).toBe('SessionEndedError SIGNED_OUT')
    expect(named(await failureOf(away.call()))).toBe('SessionEndedError SIGNED_OUT')
    expect(away.auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(profile.api.requests).toHaveLength(0)
  }
})

it('S-20: an announcement comes after its commit, and one that is ahead of storage changes nothing', async () => {
  const { profile, peer } = await openTabs()
  const { tab, disk } = await openTabWithSlowDisk(profile)
  const heard: unknown[] = []
  const probe = profile.openChannel(sharedName, (message) => heard.push(message))
  const call = tab.auth.refresh()
  await settle()
  expect(profile.server.counts.grants).toBe(1)
  expect(heard).toEqual([])
  disk.resolve()
  await call
  await settle()
  expect(heard).toEqual([{ v: 1 }])

  const state = peer.auth.getState()
  probe?.post({ v: 1, epoch: 9e15, generation: 99, kind: 'committed' })
  probe?.post({ v: 1, epoch: 9e15, generation: 99, kind: 'ended' })
  await settle()
  expect(peer.auth.getState()).toBe(state)
  await expect(peer.auth.getAccessToken()).resolves.toBe(newest(profile, 'access'))
  expect(profile.server.counts.requests).toBe(1)
})

it('S-21: without a channel a tab adopts what another has refreshed, at its next use', async () => {
  const profile = createProfile()
  const silent = { openChannel: () => undefined }
  const tab = await profile.openSignedInTab({}, silent)
  const peer = profile.openTab({}, silent)
  await peer.auth.ready
  await expire(profile)
  const token = await tab.auth.getAccessToken()
  await expect(peer.auth.getAccessToken()).resolves.toBe(token)
  expect(profile.server.counts.requests).toBe(1)
  expect(countOf([tab], 'degraded')).toBe(1)
})

it('S-28: a tab in the back/forward cache holds nobody up, and when it comes back it adopts a newer token, or refreshes when one is wanted', async () => {
  for (const hearsOfIt of ['while it is away', 'when it runs again']) {
    const { profile, tab, peer } = await openExpiredTabs()
    const connection = createDeferred<Response>()
    profile.server.answerNext(() => connection.promise)
    const call = tab.auth.getAccessToken()
    await settle()
    const at = profile.clock.now()
    const waiting = peer.auth.getAccessToken()
    await settle()
    tab.page.emit('hide')
    const token = await waiting
    expect(profile.clock.now()).toBe(at)
    connection.reject(new TypeError('Failed to fetch'))
    if (hearsOfIt === 'while it is away') await settle()
    expect(profile.server.counts.requests).toBe(2)
    tab.page.emit('restore')
    await expect(profile.passUntil(call)).resolves.toBe(token)
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 1 })

    tab.page.emit('hide')
    await expire(profile)
    tab.page.emit('restore')
    await settle()
    expect(profile.server.counts.requests).toBe(2)
    await expect(tab.call()).resolves.toBe(200)
    expect(profile.server.counts).toMatchObject({ requests: 3, replays: 0 })
  }
})

it('S-38: when the server sees a token reused, the session ends once in each tab, and nothing more is sent', async () => {
  const { profile, tab, tabs } = await openTabs(4)
  await tab.auth.refresh()
  const [spent = ''] = presented(profile)
  const thief = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: spent })
  await profile.server.fetch(profile.server.metadata.token_endpoint, {
    method: 'POST',
    body: thief.toString(),
  })
  expect(profile.server.counts.replays).toBe(1)

  await expire(profile)
  const { requests } = profile.server.counts
  for (let round = 0; round < 3; round += 1) {
    const errors = await Promise.all(tabs.map(({ auth }) => failureOf(auth.getAccessToken())))
    expect(new Set(errors.map(named))).toEqual(new Set(['SessionEndedError REJECTED']))
    await profile.pass(60_000)
  }
  expect(profile.server.counts.requests).toBe(requests + 1)
  for (const each of tabs) expect(countOf([each], 'session-ended')).toBe(1)
})

it('S-39: a tab that has heard nothing of many rotations presents the newest refresh token', async () => {
  const profile = createProfile()
  const silent = { openChannel: () => undefined }
  const tabs = [await profile.openSignedInTab({}, silent)]
  tabs.push(profile.openTab({}, silent), profile.openTab({}, silent))
  await Promise.all(tabs.map(({ auth }) => auth.getAccessToken()))
  for (const index of [0, 0, 0, 1, 2, 0, 2, 1]) {
    await expire(profile)
    await tabs[index]?.auth.refresh()
  }
  expect(new Set(presented(profile)).size).toBe(8)
  expect(profile.server.counts).toMatchObject({ grants: 8, replays: 0 })
})
