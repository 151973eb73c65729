import { IDBFactory } from 'fake-indexeddb'
import { afterEach, expect, it, vi } from 'vitest'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import { expire, openExpiredTabs, openTabs } from '../support/open-tabs.ts'
import { sharedName } from '../support/protocol-facts.ts'
import { overwriteRecord, removeRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { countOf, openTabWithSlowDisk, presented } from './stage.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

it('S-18: an old version of the app next to a newer one only reads, and ignores messages that it does not know', async () => {
  const { profile, tab, peer } = await openTabs()
  const token = await tab.auth.getAccessToken()
  const state = peer.auth.getState()
  profile.openChannel(sharedName, () => {})?.post({ v: 2, kind: 'ended', epoch: 9e15 })
  await settle()
  expect(peer.auth.getState()).toBe(state)

  const newer = { schema: 2, session: { encrypted: 'x' } }
  await overwriteRecord(profile, newer)
  for (const { auth, page } of [tab, peer]) {
    page.emit('visible')
    await settle()
    await expect(auth.getAccessToken()).resolves.toBe(token)
    expect(named(await failureOf(auth.refresh()))).toBe('StorageError RECORD_NEWER')
    const begun = auth.startSession(profile.server.signIn())
    expect(named(await failureOf(begun))).toBe('StorageError RECORD_NEWER')
    await auth.signOut()
    expect(auth.getState()).toMatchObject({ status: 'signed-out' })
  }
  for (const each of [tab, peer]) expect(countOf([each], 'record-newer')).toBe(1)
  expect(await storedRecord(profile)).toEqual(newer)
  expect(profile.server.counts.requests).toBe(0)
})

it('S-19: after a downgrade the record of the newer version is not destroyed, and every call says why it fails', async () => {
  const profile = createProfile()
  const newer = { schema: 2, session: { encrypted: 'x' } }
  await overwriteRecord(profile, newer)
  const { auth } = profile.openTab()
  await expect(auth.ready).resolves.toEqual({ status: 'restoring' })
  const calls = [auth.getAccessToken(), auth.startSession(profile.server.signIn())].map(failureOf)
  for (const error of await Promise.all(calls)) {
    expect(named(error)).toBe('StorageError RECORD_NEWER')
  }
  await profile.pass(60_000)
  expect(await storedRecord(profile)).toEqual(newer)
  expect(profile.sent).toHaveLength(0)
})

it('S-22: a renewal that storage refuses goes on in this tab, keeps the others from the spent token, and is stored as soon as storage takes it', async () => {
  const { profile, tab, peer } = await openExpiredTabs()
  profile.store.refuses = (_, durable) => durable
  const token = await profile.passUntil(tab.auth.getAccessToken())
  expect(token).toBe(newest(profile, 'access'))
  expect(countOf([tab], 'persistence-failed')).toBe(1)
  expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'idle' } })
  for (let minute = 0; minute < 2; minute += 1) {
    expect(named(await failureOf(peer.auth.getAccessToken()))).toBe(
      'RefreshUnavailableError NOT_PERSISTED',
    )
    await profile.pass(60_000)
  }
  profile.store.refuses = () => false
  await profile.pass(11_000)
  await tab.auth.getAccessToken()
  await settle()
  await expect(peer.auth.getAccessToken()).resolves.toBe(token)
  await peer.auth.refresh()
  expect(new Set(presented(profile)).size).toBe(2)
  expect(profile.server.counts).toMatchObject({ requests: 2, replays: 0 })
})

it('S-23: where IndexedDB cannot be opened, each tab has a session of its own in memory, and an event says so', async () => {
  const refuse = (): never => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  // Node has none.
  for (const cause of ['missing', 'denied'] as const) {
    if (cause === 'denied') vi.stubGlobal('indexedDB', { open: refuse })
    const profile = createProfile()
    const [tab, peer] = [1, 2].map(() => profile.openTab({ storage: 'indexeddb' }))
    if (!tab || !peer) throw new Error('There are two tabs.')
    await tab.auth.startSession(profile.server.signIn())
    await tab.auth.refresh()
    await expect(tab.call()).resolves.toBe(200)
    await expect(peer.auth.ready).resolves.toEqual({ status: 'signed-out', reason: 'never' })
    for (const { events } of [tab, peer]) {
      expect(events).toContainEqual(expect.objectContaining({ type: 'storage-unavailable', cause }))
    }
  }
})

it('S-24: a record that vanishes ends the session in every tab, and no reply writes it again', async () => {
  const { profile, tab, peer } = await openExpiredTabs()
  const answer = createDeferred()
  profile.server.answerNext(arrivingWith(answer.promise))
  const call = failureOf(tab.auth.getAccessToken())
  await settle()
  await removeRecord(profile)
  answer.resolve()
  expect(named(await call)).toBe('SessionEndedError STORAGE_CLEARED')
  expect(named(await failureOf(peer.auth.getAccessToken()))).toBe(
    'SessionEndedError STORAGE_CLEARED',
  )
  for (const { auth } of [tab, peer]) {
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'storage-cleared' })
  }
  await settle()
  const record = JSON.stringify((await storedRecord(profile)) ?? null)
  for (const secret of profile.server.secrets) expect(record).not.toContain(secret)
  expect(profile.server.counts.requests).toBe(1)
  expect(profile.sent.at(-1)?.parameters.get('token')).toBe(newest(profile, 'refresh'))
})

it('S-25: the app can delete the database at any time, and the next sign-in makes a new one', async () => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  const profile = createProfile()
  const tab = profile.openTab({ storage: 'indexeddb' })
  await tab.auth.startSession(profile.server.signIn())
  await new Promise<void>((resolve, reject) => {
    const deletion = indexedDB.deleteDatabase('tokenring')
    deletion.addEventListener('success', () => resolve())
    deletion.addEventListener('blocked', () => reject(new Error('A connection is in the way.')))
  })
  expect(named(await failureOf(tab.auth.refresh()))).toBe('SessionEndedError STORAGE_CLEARED')
  const response = profile.server.signIn()
  await tab.auth.startSession(response)
  const reloaded = profile.openTab({ storage: 'indexeddb' })
  await expect(reloaded.auth.getAccessToken()).resolves.toBe(response.access_token)
})

it('S-52: a new refresh token is written durably, before anybody gets the new access token', async () => {
  const profile = createProfile()
  await profile.openSignedInTab()
  const { tab, disk, written } = await openTabWithSlowDisk(profile)
  await expire(profile)
  let isServed = false
  const call = tab.auth.getAccessToken().finally(() => (isServed = true))
  await settle()
  expect(profile.server.counts.grants).toBe(1)
  expect(isServed).toBe(false)
  disk.resolve()
  await call
  expect(written.at(-1)).toEqual([true, expect.stringContaining(newest(profile, 'refresh') ?? '?')])
  expect(written.slice(0, -1)).not.toContainEqual([true, expect.anything()])
})

it('S-53: a record that is truncated or polluted counts as none, an event says so, and a sign-in works', async () => {
  const { profile, tab } = await openTabs()
  const whole = (await storedRecord(profile)) as Record<string, unknown>
  await tab.auth.signOut({ revoke: false })
  const polluted = JSON.parse(`{ "__proto__": ${JSON.stringify(whole)} }`) as object
  const broken = [
    polluted,
    { ...whole, session: polluted },
    { ...whole, session: { tokens: {} } },
    { ...whole, revision: 'x' },
    JSON.stringify(whole).slice(0, 40),
    null,
    7,
    {},
    [],
    { schema: 1 },
    { schema: 0, revision: 1 },
  ]
  for (const record of broken) {
    await overwriteRecord(profile, record)
    const late = profile.openTab()
    await expect(late.auth.ready).resolves.toEqual({ status: 'signed-out', reason: 'never' })
    expect(countOf([late], 'storage-corrupt')).toBe(1)
    expect(named(await failureOf(late.auth.getAccessToken()))).toBe('SessionEndedError NEVER')
    await late.auth.startSession(profile.server.signIn())
    await expect(late.call()).resolves.toBe(200)
    late.auth.dispose()
  }
})
