import { describe, expect, it } from 'vitest'
import type { LockManager, TokenStore } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { openTabs } from '../support/open-tabs.ts'
import { overwriteRecord, removeRecord, storedRecord } from '../support/stored-record.ts'
import { createProfile, settle } from '../support/tabs.ts'
import { unhandledDuring } from '../support/uncaught.ts'

describe('a commit that storage refuses', () => {
  it('is tried again until storage takes it', async () => {
    const { profile, tab, peer } = await openTabs()
    let refusals = 2
    profile.store.refuses = (_, durable) => durable && refusals-- > 0
    await profile.passUntil(tab.auth.refresh())
    const types = tab.events.map(({ type }) => type)
    expect(types).toContain('committed')
    expect(types).not.toContain('persistence-failed')
    expect(await peer.auth.getAccessToken()).toBe(await tab.auth.getAccessToken())
  })

  it('is tried again after a tenth of a second, and twice as long each time', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const triedAfterMs: number[] = []
    const startedAt = profile.clock.now()
    profile.store.refuses = (_, durable) => {
      if (durable) triedAfterMs.push(profile.clock.now() - startedAt)
      return durable && triedAfterMs.length <= 3
    }
    await profile.passUntil(tab.auth.refresh())
    expect(triedAfterMs).toEqual([0, 100, 300, 700])
  })

  it('reaches storage with the next write that storage takes', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.store.refuses = (_, durable) => durable
    await profile.passUntil(tab.auth.refresh())
    profile.store.refuses = () => false
    profile.clock.advance(400_000)
    const token = await profile.passUntil(tab.auth.getAccessToken())
    expect(await peer.auth.getAccessToken()).toBe(token)
    expect(profile.server.counts).toMatchObject({ requests: 2, replays: 0 })
  })
})

describe('a record that vanishes', () => {
  it('ends the session', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    await removeRecord(profile)
    tab.page.emit('visible')
    expect(named(await failureOf(tab.auth.getAccessToken()))).toBe(
      'SessionEndedError STORAGE_CLEARED',
    )
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'storage-cleared' })
    expect(tab.events).toContainEqual(
      expect.objectContaining({ type: 'session-ended', reason: 'storage-cleared' }),
    )
    expect(profile.sent).toHaveLength(0)
  })

  it('for one that holds no session and says nothing of its end is the same', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const record = (await storedRecord(profile)) as { revision: number; epoch: number }
    const { epoch, revision } = record
    await overwriteRecord(profile, {
      ...record,
      session: undefined,
      epoch: epoch + 1,
      revision: revision + 1,
    })
    tab.page.emit('visible')
    await settle()
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out' })
    expect(tab.events).toContainEqual(
      expect.objectContaining({ type: 'session-ended', reason: 'storage-cleared' }),
    )
  })

  it('is followed by a sign-in that all tabs see', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const peer = profile.openTab()
    await removeRecord(profile)
    tab.page.emit('visible')
    await profile.pass(1_000)
    await tab.auth.startSession(profile.server.signIn())
    await settle()
    expect(await peer.auth.getAccessToken()).toBe(await tab.auth.getAccessToken())
  })
})

describe('a record that cannot be read', () => {
  it('ends a running session as one that was cleared', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    await overwriteRecord(profile, { schema: 1, session: { refreshToken: 7 } })
    tab.page.emit('visible')
    await settle()
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'storage-cleared' })
    expect(tab.events).toContainEqual(expect.objectContaining({ type: 'storage-corrupt' }))
  })
})

describe('storage that refuses to be read', () => {
  it('does not keep a good token from being served', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const token = await tab.auth.getAccessToken()
    profile.store.refuses = () => true
    tab.page.emit('visible')
    expect(await tab.auth.getAccessToken()).toBe(token)
  })

  it('costs no session: the next call finds it', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    profile.store.refuses = (operation) => operation === 'read'
    const { auth } = profile.openTab()
    await auth.ready
    expect(named(await failureOf(auth.getAccessToken()))).toBe('StorageError STORE_READ')
    profile.store.refuses = () => false
    await expect(auth.getAccessToken()).resolves.toBeTypeOf('string')
    expect(auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('from the start throws nothing when something happens to the page', async () => {
    const profile = createProfile()
    profile.store.refuses = () => true
    const tab = profile.openTab({ refreshAhead: 'in-use' })
    await tab.auth.ready
    const unhandled = await unhandledDuring(async () => {
      for (const event of ['visible', 'online', 'hide', 'restore'] as const) tab.page.emit(event)
      await settle()
    })
    expect(unhandled).toEqual([])
  })

  it('during a rotation is an error for the callers, and the lock is free afterwards', async () => {
    const profile = createProfile()
    const requested: string[] = []
    const locks: LockManager = {
      request(name) {
        requested.push(name)
        return profile.locks.request(name)
      },
    }
    const tab = await profile.openSignedInTab({}, { locks })
    profile.clock.advance(600_000)
    profile.store.refuses = () => true
    expect(named(await failureOf(tab.auth.getAccessToken()))).toBe('StorageError STORE_READ')
    profile.store.refuses = () => false
    await expect(tab.auth.getAccessToken()).resolves.toBeTypeOf('string')
    expect(profile.server.counts.requests).toBe(1)
    expect(requested).toHaveLength(2)
  })
})

describe('storage that falls silent', () => {
  it('before it was ever read is STORE_READ', async () => {
    const profile = createProfile()
    profile.store.readsAfter = new Promise(() => {})
    const { auth } = profile.openTab()
    for (const call of [() => auth.getAccessToken(), () => auth.refresh()]) {
      const failure = await profile.passUntil(failureOf(call()))
      expect(named(failure)).toBe('StorageError STORE_READ')
    }
  })

  it('is waited for once', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.store.readsAfter = new Promise(() => {})
    tab.page.emit('visible')
    const waits: number[] = []
    for (let call = 0; call < 2; call += 1) {
      const askedAt = profile.clock.now()
      await profile.passUntil(tab.auth.getAccessToken())
      waits.push(profile.clock.now() - askedAt)
    }
    expect(waits[0]).toBeLessThan(3_200)
    expect(waits[1]).toBeLessThan(100)
  })

  it('does not hold a caller that gives up', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.store.readsAfter = new Promise(() => {})
    tab.page.emit('visible')
    const controller = new AbortController()
    const call = tab.auth.getAccessToken({ signal: controller.signal })
    const outcome = expect(call).rejects.toThrow('enough')
    await settle()
    controller.abort(new Error('enough'))
    await outcome
  })

  it('does not turn the state back when it answers late', async () => {
    const profile = createProfile()
    const late = createDeferred()
    const read = profile.store.read.bind(profile.store)
    let isLate = false
    const storage: TokenStore = {
      update: profile.store.update.bind(profile.store),
      async read(key) {
        const value = await read(key)
        if (isLate) {
          isLate = false
          await late.promise
        }
        return value
      },
    }
    const tab = await profile.openSignedInTab({ storage })
    const generations: number[] = []
    tab.auth.subscribe((state) => {
      if (state.status === 'signed-in') generations.push(state.generation)
    })
    isLate = true
    tab.page.emit('visible')
    await settle()
    await tab.auth.refresh()
    late.resolve()
    await settle()
    expect(generations.at(-1)).toBe(2)
    expect(generations).toEqual([...generations].sort((a, b) => a - b))
  })
})

describe('lost announcements', () => {
  it('cost at most 10 s until a tab that makes requests knows of the sign-out', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const peer = profile.openTab({}, { openChannel: () => undefined })
    await peer.auth.ready
    await profile.pass(20_000)
    await peer.auth.getAccessToken()
    await profile.pass(1_000)
    await tab.auth.signOut()
    for (let second = 0; second < 10; second += 1) {
      await failureOf(peer.auth.getAccessToken())
      await profile.pass(1_000)
    }
    await failureOf(peer.auth.getAccessToken())
    await settle()
    expect(peer.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
  })

  it('cost nothing once the page becomes visible: no token is served before the look', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const peer = profile.openTab({}, { openChannel: () => undefined })
    await peer.auth.ready
    await tab.auth.signOut()
    for (const event of ['visible', 'resume', 'online', 'restore'] as const) {
      const late = profile.openTab({}, { openChannel: () => undefined })
      await late.auth.ready
      await tab.auth.startSession(profile.server.signIn())
      late.page.emit('visible')
      await late.auth.getAccessToken()
      await tab.auth.signOut()
      late.page.emit(event)
      expect(named(await failureOf(late.auth.getAccessToken()))).toBe(
        'SessionEndedError SIGNED_OUT',
      )
    }
  })

  it('are reported once', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab({}, { openChannel: () => undefined })
    await tab.auth.refresh()
    const degraded = tab.events.filter(({ type }) => type === 'degraded')
    expect(degraded).toEqual([expect.objectContaining({ missing: 'channel' })])
  })
})
