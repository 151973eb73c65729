import { describe, expect, it } from 'vitest'
import type { TokenStore } from '../../src/index.ts'
import { json } from '../oauth/server-double.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { newest } from '../support/newest.ts'
import { openTabs } from '../support/open-tabs.ts'
import { leaseMs } from '../support/protocol-facts.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { arrivingWith } from '../support/token-replies.ts'
import { unhandledDuring } from '../support/uncaught.ts'

const signedOut = { status: 'signed-out', reason: 'signed-out' }
const hereOnly = { revoke: false, endSession: false }

/** The profile's store as one tab has it, with troubles that its peers do not share. */
interface TroubledStore extends TokenStore {
  refusesUpdates: boolean
  /** Updates are decided, and then not carried out. */
  abortsUpdates: boolean
  /** Updates are carried out, and then said to have failed. */
  deniesUpdates: boolean
  /** No read begins before this. */
  readsAfter: Promise<unknown>
  /** No update begins before this. */
  updatesAfter: Promise<unknown>
  /** What was carried out is not reported before this. */
  reportsAfter: Promise<unknown>
}

function createTroubledStore({ store }: Profile): TroubledStore {
  const troubled: TroubledStore = {
    refusesUpdates: false,
    abortsUpdates: false,
    deniesUpdates: false,
    readsAfter: Promise.resolve(),
    updatesAfter: Promise.resolve(),
    reportsAfter: Promise.resolve(),
    async read(key) {
      await troubled.readsAfter
      return store.read(key)
    },
    async update(key, change, how) {
      if (troubled.refusesUpdates) throw new Error('storage refuses')
      await troubled.updatesAfter
      if (troubled.abortsUpdates) {
        change(await store.read(key))
        throw new Error('storage is full')
      }
      const result = await store.update(key, change, how)
      await troubled.reportsAfter
      if (troubled.deniesUpdates) throw new Error('connection lost')
      return result
    },
  }
  return troubled
}

/** A tab whose storage can be given trouble, and a peer whose storage is well. */
async function openTroubledTab(): Promise<{
  readonly profile: Profile
  readonly storage: TroubledStore
  readonly tab: Tab
  readonly peer: Tab
}> {
  const profile = createProfile()
  const storage = createTroubledStore(profile)
  const tab = await profile.openSignedInTab({ storage })
  const peer = profile.openTab()
  await peer.auth.ready
  return { profile, storage, tab, peer }
}

/** Has a tab look into storage. */
async function look({ page }: Tab): Promise<void> {
  page.emit('visible')
  await settle()
}

function generationOf({ auth }: Tab): number | undefined {
  const state = auth.getState()
  return state.status === 'signed-in' ? state.generation : undefined
}

describe('a sign-out that storage refuses', () => {
  /** Signs out in a tab that has seen nothing of what is stored, where nothing can be written either. */
  async function signOutUnseen(profile: Profile): Promise<Tab> {
    profile.store.refuses = () => true
    const tab = profile.openTab()
    await tab.auth.ready
    await tab.auth.signOut(hereOnly)
    profile.store.refuses = (operation) => operation === 'update'
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
    return tab
  }

  it('holds in this tab while a peer that storage obeys renews the session', async () => {
    const { storage, tab, peer } = await openTroubledTab()
    storage.refusesUpdates = true
    await tab.auth.signOut(hereOnly)
    await peer.auth.refresh()
    await settle()
    expect(peer.auth.getState()).toMatchObject({ status: 'signed-in', generation: 2 })
    expect(tab.auth.getState()).toEqual(signedOut)
  })

  it('is not undone by the reply to a request that was under way', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const answer = createDeferred()
    profile.server.answerNext(arrivingWith(answer.promise))
    const refreshed = failureOf(tab.auth.refresh())
    await settle()
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut(hereOnly)
    expect(named(await refreshed)).toBe('SessionEndedError SIGNED_OUT')

    answer.resolve()
    await profile.pass(20_000)
    expect(tab.auth.getState()).toEqual(signedOut)
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
  })

  it('ends a session whose renewal storage has refused before', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.store.refuses = (operation, durable) => operation === 'update' && durable
    await profile.passUntil(tab.auth.refresh())
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })

    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut(hereOnly)
    expect(tab.auth.getState()).toEqual(signedOut)
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
  })

  it('ends a session that was never seen here, whose epoch is ahead of a clock set back', async () => {
    const profile = createProfile()
    const peer = await profile.openSignedInTab()
    profile.clock.stepWallClock(-3_600_000)
    const tab = await signOutUnseen(profile)

    profile.store.refuses = () => false
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
    await look(peer)
    expect(peer.auth.getState()).toEqual(signedOut)
  })

  it('leaves alone a session that a peer begins after the one it ended without having seen it', async () => {
    const profile = createProfile()
    const peer = await profile.openSignedInTab()
    const tab = await signOutUnseen(profile)

    profile.clock.advance(1_000)
    profile.store.refuses = () => false
    await peer.auth.startSession(profile.server.signIn())
    for (const refused of ['update', 'nothing']) {
      profile.store.refuses = (operation) => operation === refused
      await look(tab)
      expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
    }
    expect(peer.auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('ends what was stored when it came, though the transaction is not carried out', async () => {
    const { profile, storage, tab, peer } = await openTroubledTab()
    const reads = createDeferred()
    storage.readsAfter = reads.promise
    profile.clock.stepWallClock(3_600_000)
    await peer.auth.startSession(profile.server.signIn())
    profile.clock.stepWallClock(-3_600_000)
    storage.abortsUpdates = true
    await tab.auth.signOut(hereOnly)
    reads.resolve()
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
    storage.abortsUpdates = false
    await look(tab)
    await look(peer)
    expect(peer.auth.getState()).toEqual(signedOut)
  })

  it('ends the sign-in that was still under way, whose epoch is ahead of a clock set back', async () => {
    const profile = createProfile()
    const peer = await profile.openSignedInTab()
    const storage = createTroubledStore(profile)
    const tab = profile.openTab({ storage })
    await tab.auth.ready
    await peer.auth.signOut(hereOnly)
    profile.clock.stepWallClock(-3_600_000)
    const write = createDeferred()
    storage.updatesAfter = write.promise
    const arrived = tab.auth.startSession(profile.server.signIn())
    await peer.auth.startSession(profile.server.signIn())
    storage.refusesUpdates = true
    await tab.auth.signOut(hereOnly)
    write.resolve()
    await arrived
    expect(tab.auth.getState()).toEqual(signedOut)
    storage.refusesUpdates = false
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
  })

  it('ends the sign-in that is written, and not reported yet, in an epoch that this tab cannot know', async () => {
    const { profile, storage, tab, peer } = await openTroubledTab()
    // What was reported before counts no longer.
    await tab.auth.refresh()
    const reads = createDeferred()
    storage.readsAfter = reads.promise
    profile.clock.stepWallClock(3_600_000)
    await peer.auth.startSession(profile.server.signIn())
    profile.clock.stepWallClock(-3_600_000)
    const report = createDeferred()
    storage.reportsAfter = report.promise
    const arrived = tab.auth.startSession(profile.server.signIn())
    await settle()
    storage.refusesUpdates = true
    await tab.auth.signOut(hereOnly)
    reads.resolve()
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
    report.resolve()
    await failureOf(arrived)
    expect(tab.auth.getState()).toEqual(signedOut)
    storage.refusesUpdates = false
    await look(tab)
    await look(peer)
    expect(peer.auth.getState()).toEqual(signedOut)
  })

  it.each(['after it', 'after it, and storage was read meanwhile'])(
    'leaves alone a session that a peer begins %s',
    async (when) => {
      const { profile, storage, tab, peer } = await openTroubledTab()
      const refusal = createDeferred()
      storage.updatesAfter = refusal.promise.then(() => Promise.reject(new Error('refused')))
      storage.updatesAfter.catch(() => undefined)
      const leaving = tab.auth.signOut(hereOnly)
      if (when !== 'after it') {
        storage.refusesUpdates = true
        await look(tab)
      }
      refusal.resolve()
      await leaving
      storage.refusesUpdates = true
      expect(tab.auth.getState()).toEqual(signedOut)

      profile.clock.advance(1_000)
      await peer.auth.startSession(profile.server.signIn())
      await look(tab)
      expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
      storage.refusesUpdates = false
      await look(tab)
      expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
      expect(peer.auth.getState()).toMatchObject({ status: 'signed-in' })
    },
  )

  it('leaves alone a session that a peer begins later, though a sign-in was under way and got lost', async () => {
    const { profile, storage, tab, peer } = await openTroubledTab()
    const full = createDeferred()
    storage.updatesAfter = full.promise
    storage.abortsUpdates = true
    const begun = tab.auth.startSession(profile.server.signIn())
    await settle()
    storage.refusesUpdates = true
    await tab.auth.signOut(hereOnly)
    full.resolve()
    await begun
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)

    Object.assign(storage, { abortsUpdates: false, refusesUpdates: false })
    profile.clock.advance(3_600_000)
    await peer.auth.startSession(profile.server.signIn())
    await settle()
    for (const { auth } of [peer, tab]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in' })
    }
  })

  it('reaches the other tabs and a reload once storage takes it', async () => {
    const { profile, tab, peer } = await openTabs()
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut(hereOnly)
    profile.store.refuses = () => false
    await look(tab)

    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
    await look(peer)
    expect(peer.auth.getState()).toEqual(signedOut)
  })
})

describe('a renewal that storage refuses for good', () => {
  it('is said not to be persisted, and never to be committed', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.store.refuses = (_, durable) => durable
    await profile.passUntil(tab.auth.refresh())
    const types = tab.events.map(({ type }) => type)
    expect(types).toContain('persistence-failed')
    expect(types).not.toContain('committed')
  })

  it('is stored by looks alone once storage is well, and no peer sends the spent token', async () => {
    const { profile, tab, peer } = await openTabs(2, {}, createProfile({ expiresIn: 3_600 }))
    profile.store.refuses = (_, durable) => durable
    await profile.passUntil(tab.auth.refresh())
    profile.store.refuses = () => false
    for (let minute = 0; minute < 2; minute += 1) {
      await tab.call()
      await profile.pass(60_000)
    }
    expect(profile.server.counts.requests).toBe(1)

    await look(peer)
    await peer.auth.refresh()
    await settle()
    expect(profile.server.counts).toMatchObject({ requests: 2, grants: 2, replays: 0 })
    expect(await tab.auth.getAccessToken()).toBe(newest(profile, 'access'))
  })
})

describe('a renewal whose reply storage refuses', () => {
  async function openRefused(): Promise<{ profile: Profile; tab: Tab; peer: Tab }> {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const { tab, peer } = await openTabs(2, {}, profile)
    tab.auth.dispose()
    const troubled = profile.openTab({ storage })
    await troubled.auth.ready
    profile.server.answerNext((request) => {
      storage.refusesUpdates = true
      return request.proceed()
    })
    await profile.passUntil(troubled.auth.refresh())
    storage.refusesUpdates = false
    return { profile, tab: troubled, peer }
  }

  it('is the one whose refresh token a sign-out revokes', async () => {
    const { profile, tab } = await openRefused()
    await tab.auth.signOut()
    expect(profile.sent.at(-1)?.parameters.get('token')).toBe(newest(profile, 'refresh'))
  })

  it('is given up for what a peer has got with the same refresh token', async () => {
    const { profile, tab, peer } = await openRefused()
    profile.server.answerNext(() => json(200, profile.server.signIn()))
    await profile.passUntil(failureOf(peer.auth.refresh()))
    await look(tab)
    await look(peer)
    const late = profile.openTab()
    await late.auth.ready
    for (const { auth } of [tab, peer, late]) {
      expect(auth.getState()).toMatchObject({ status: 'signed-in' })
    }
  })

  it('is given up for the session that a peer begins', async () => {
    const { profile, tab, peer } = await openRefused()
    await peer.auth.startSession(profile.server.signIn())
    await peer.auth.refresh()
    await look(tab)
    const token = await peer.auth.getAccessToken()
    expect(await tab.auth.getAccessToken()).toBe(token)
    expect(tab.events.map(({ type }) => type)).not.toContain('storage-corrupt')
  })
})

describe('a sign-in that storage refuses', () => {
  it('goes on where storage could not even be read', async () => {
    const profile = createProfile()
    profile.store.refuses = () => true
    const tab = profile.openTab()
    await tab.auth.startSession(profile.server.signIn())
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
    expect(await tab.auth.getAccessToken()).toBe(newest(profile, 'access'))
    expect(tab.events).toContainEqual(expect.objectContaining({ type: 'persistence-failed' }))
  })

  it('begins one session, however often storage is offered it', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.signOut(hereOnly)
    await tab.auth.startSession(profile.server.signIn())
    await tab.auth.signOut(hereOnly)
    tab.events.length = 0
    await tab.auth.startSession(profile.server.signIn())
    const generation = generationOf(tab)
    expect(generation).toBeDefined()
    for (const refused of ['update', 'update', 'nothing', 'nothing']) {
      profile.store.refuses = (operation) => operation === refused
      await look(tab)
      expect(generationOf(tab)).toBe(generation)
    }
    expect(tab.events.filter(({ type }) => type === 'session-started')).toHaveLength(1)
    expect(await profile.openTab().auth.ready).toMatchObject({ status: 'signed-in' })
  })

  it.each(['takes', 'refuses'])(
    'after a sign-out that came later, which storage %s, does not begin',
    async (fate) => {
      const profile = createProfile()
      const storage = createTroubledStore(profile)
      const tab = profile.openTab({ storage })
      await tab.auth.ready
      const refusal = createDeferred()
      storage.updatesAfter = refusal.promise.then(() => Promise.reject(new Error('refused')))
      storage.updatesAfter.catch(() => undefined)
      const arriving = tab.auth.startSession(profile.server.signIn())
      await settle()
      if (fate === 'takes') storage.updatesAfter = refusal.promise.then(() => settle())
      const leaving = tab.auth.signOut(hereOnly)
      refusal.resolve()
      await Promise.all([arriving, leaving])
      expect(tab.auth.getState()).toEqual(signedOut)
      storage.updatesAfter = Promise.resolve()
      await look(tab)
      expect(tab.auth.getState()).toEqual(signedOut)
      await expect(profile.openTab().auth.ready).resolves.toMatchObject({ status: 'signed-out' })
    },
  )

  it('goes on after a sign-out that storage refused as well, also where it needed one', async () => {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const tab = await profile.openSignedInTab({ storage })
    storage.refusesUpdates = true
    await tab.auth.signOut(hereOnly)
    await tab.auth.startSession(profile.server.signIn(), { ifSignedOut: true })
    for (const refuses of [true, false]) {
      storage.refusesUpdates = refuses
      await look(tab)
      expect(await tab.auth.getAccessToken()).toBe(newest(profile, 'access'))
    }
    const reloaded = profile.openTab()
    expect(await reloaded.auth.getAccessToken()).toBe(newest(profile, 'access'))
  })

  it('is the one whose refresh token a sign-out revokes', async () => {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const tab = await profile.openSignedInTab({ storage })
    storage.refusesUpdates = true
    await tab.auth.startSession(profile.server.signIn())
    storage.refusesUpdates = false
    await tab.auth.signOut({ endSession: false })
    expect(profile.sent.at(-1)?.parameters.get('token')).toBe(newest(profile, 'refresh'))
  })

  it('is not begun again if storage has taken it after all, and a peer has renewed it', async () => {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const tab = profile.openTab({ storage })
    await tab.auth.ready
    storage.deniesUpdates = true
    await tab.auth.startSession(profile.server.signIn())
    storage.deniesUpdates = false
    await profile.openTab().auth.refresh()
    await look(tab)
    await tab.auth.refresh()
    expect(profile.server.counts).toMatchObject({ grants: 2, replays: 0 })
  })

  it('is undone by a sign-out that storage refuses as well', async () => {
    const profile = createProfile()
    const tab = profile.openTab()
    await tab.auth.ready
    profile.store.refuses = (operation) => operation === 'update'
    await tab.auth.startSession(profile.server.signIn())
    await tab.auth.signOut(hereOnly)
    expect(tab.auth.getState()).toEqual(signedOut)
    profile.store.refuses = () => false
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
    await expect(profile.openTab().auth.ready).resolves.toMatchObject({ status: 'signed-out' })
  })
})

describe('storage that answers out of order', () => {
  it('does not hide a write behind a read that began later and was over sooner', async () => {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const tab = await profile.openSignedInTab({ storage })
    profile.clock.advance(600_000)
    const write = createDeferred()
    profile.server.answerNext(({ proceed }) => {
      storage.updatesAfter = write.promise
      return proceed()
    })
    const token = tab.auth.getAccessToken()
    await settle()
    await look(tab)
    expect(tab.auth.getState()).toMatchObject({ generation: 1 })
    write.resolve()
    expect(await token).toBe(newest(profile, 'access'))
    expect(tab.auth.getState()).toMatchObject({ generation: 2, refresh: { phase: 'idle' } })
    expect(profile.server.counts.requests).toBe(1)
  })

  it('has each end told once, though the write of one is reported after the next session was heard of', async () => {
    const { profile, storage, tab, peer } = await openTroubledTab()
    await peer.auth.signOut(hereOnly)
    await look(tab)
    await peer.auth.startSession(profile.server.signIn())
    await look(tab)
    const late = createDeferred()
    profile.server.answerNext(() => {
      storage.reportsAfter = late.promise
      return json(400, { error: 'invalid_grant' })
    })
    const call = failureOf(tab.auth.refresh())
    await settle()
    for (let session = 0; session < 2; session += 1) {
      await peer.auth.startSession(profile.server.signIn())
      await look(tab)
      storage.reportsAfter = Promise.resolve()
      late.resolve()
      await settle()
    }
    await call
    const ends = tab.events.filter(({ type }) => type === 'session-ended')
    expect(ends).toMatchObject([
      { reason: 'signed-out', decidedHere: false },
      { reason: 'rejected', decidedHere: true },
    ])
  })

  it('does not make a tab forget, with a write that is reported late, the sign-out that it refused since', async () => {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const tab = await profile.openSignedInTab({ storage })
    const late = createDeferred()
    storage.reportsAfter = late.promise
    await profile.passUntil(tab.auth.startSession(profile.server.signIn()))
    storage.reportsAfter = Promise.resolve()
    storage.refusesUpdates = true
    await profile.passUntil(tab.auth.signOut(hereOnly))
    late.resolve()
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
    storage.refusesUpdates = false
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
  })

  it('does not let a write that is still under way undo a sign-out', async () => {
    const profile = createProfile()
    const storage = createTroubledStore(profile)
    const tab = await profile.openSignedInTab({ storage })
    const write = createDeferred()
    profile.server.answerNext(({ proceed }) => {
      storage.updatesAfter = write.promise
      return proceed()
    })
    const refreshed = failureOf(tab.auth.refresh())
    await settle()
    const leaving = tab.auth.signOut(hereOnly)
    expect(tab.auth.getState()).toEqual(signedOut)
    expect(named(await refreshed)).toBe('SessionEndedError SIGNED_OUT')
    write.resolve()
    await leaving
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
  })
})

describe('a caller that gives up while storage refuses to be read', () => {
  it.each([0, 1, 2, 3, 5, 8])('after %d turns leaves no rejection unhandled', async (turns) => {
    const unhandled: unknown[] = []
    const collect = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', collect)
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.clock.stepWallClock(3_600_000)
    profile.store.refuses = (operation) => operation === 'read'
    const controller = new AbortController()
    const call = auth.getAccessToken({ signal: controller.signal })
    const outcome = call.catch((reason: unknown) => reason)
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    controller.abort(new Error('enough'))
    await outcome
    await settle()
    process.off('unhandledRejection', collect)
    expect(unhandled).toEqual([])
  })
})

describe('a caller that has given up before it asks', () => {
  it('gets its own reason, and leaves no rejection unhandled where storage refuses', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.store.refuses = (operation) => operation === 'read'
    // So that nobody but the call looks into storage.
    profile.clock.stepWallClock(3_600_000)
    const signal = AbortSignal.abort(new Error('enough'))
    const unhandled = await unhandledDuring(async () => {
      for (const call of [auth.getAccessToken({ signal }), auth.refresh({ signal })]) {
        await expect(call).rejects.toThrow('enough')
      }
      await settle()
    })
    expect(unhandled).toEqual([])
  })
})

describe('refresh() in a tab that could not read its record', () => {
  it('reads it then, and does not say that there is no session', async () => {
    const profile = createProfile()
    await profile.openSignedInTab()
    profile.store.refuses = (operation) => operation === 'read'
    const { auth } = profile.openTab()
    await auth.ready
    profile.store.refuses = () => false
    await expect(auth.refresh()).resolves.toBeUndefined()
    expect(profile.server.counts.grants).toBe(1)
  })

  it('says that storage refuses, as long as it does', async () => {
    const profile = createProfile()
    profile.store.refuses = (operation) => operation === 'read'
    const { auth } = profile.openTab()
    expect(named(await failureOf(auth.refresh()))).toBe('StorageError STORE_READ')
  })
})

it('tells what the server has said, though storage refuses to note it', async () => {
  const { profile, storage, tab } = await openTroubledTab()
  profile.server.answerNext(() => {
    storage.refusesUpdates = true
    return json(503, {})
  })
  const error = await failureOf(profile.passUntil(tab.auth.refresh()))
  expect(named(error)).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
})

it('takes a commit that was carried out, and then said to have failed, for a commit', async () => {
  const { profile, storage, tab, peer } = await openTroubledTab()
  const { update } = storage
  let isDenied = false
  storage.update = async (key, change, how) => {
    const result = await update(key, change, how)
    if (how?.durable !== true || isDenied) return result
    isDenied = true
    throw new Error('connection lost')
  }
  await profile.passUntil(tab.auth.refresh())
  expect(isDenied).toBe(true)
  const types = tab.events.map(({ type }) => type)
  expect(types.filter((type) => type === 'committed')).toHaveLength(1)
  expect(types).not.toContain('dropped')
  expect(types).not.toContain('persistence-failed')
  await look(peer)
  expect(await peer.auth.getAccessToken()).toBe(await tab.auth.getAccessToken())
  expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
})

it('keeps nobody waiting for the lock past its lease, slow as server and storage are together', async () => {
  const { profile, storage, tab, peer } = await openTroubledTab()
  profile.clock.advance(600_000)
  const arrival = createDeferred()
  profile.server.answerNext(arrivingWith(arrival.promise))
  const calls = [failureOf(tab.auth.getAccessToken())]
  await settle()
  storage.updatesAfter = new Promise(() => {})
  calls.push(failureOf(peer.auth.getAccessToken()))
  await profile.pass(9_500)
  arrival.resolve()
  await profile.pass(leaseMs - 9_500 - 100)
  expect(peer.events.map(({ type }) => type)).not.toContain('lock-granted')
  await profile.pass(200)
  expect(peer.events.map(({ type }) => type)).toContain('lock-granted')
  await profile.passUntil(Promise.all(calls))
})
