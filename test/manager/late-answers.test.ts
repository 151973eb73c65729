import { describe, expect, it } from 'vitest'
import { storageBoundMs } from '../../src/core/record/bounded-store.ts'
import type { TokenManagerOptions, TokenStore } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'
import { cut } from '../support/token-replies.ts'

const hereOnly = { revoke: false, endSession: false }
const signedOut = { status: 'signed-out', reason: 'signed-out' }

/** The profile's store as one tab has it: what is asked while it is slow is answered, or begun, when it is told. */
function createSlowStore({ store }: Profile) {
  const released = createDeferred()
  const slow = {
    isSlow: false,
    /** Whether what is asked is carried out at once, and only its answer waits. */
    isBegun: true,
    release: () => released.resolve(),
  }
  async function late<T>(work: () => Promise<T>): Promise<T> {
    if (!slow.isSlow) return work()
    if (!slow.isBegun) await released.promise
    const answer = await work()
    await released.promise
    return answer
  }
  const storage: TokenStore = {
    read: (key) => late(() => store.read(key)),
    update: (key, change, how) => late(() => store.update(key, change, how)),
  }
  return { slow, storage }
}

async function openSlowTab(
  options: Partial<TokenManagerOptions> = {},
  ports: Parameters<Profile['openTab']>[1] = { openChannel: () => undefined },
) {
  const profile = createProfile()
  const { slow, storage } = createSlowStore(profile)
  const tab = await profile.openSignedInTab({ storage, ...options }, ports)
  const peer = profile.openTab()
  await peer.auth.ready
  return { profile, slow, tab, peer }
}

async function look({ page }: Tab): Promise<void> {
  page.emit('visible')
  await settle()
}

describe('an answer that comes when nobody waits for it any more', () => {
  it('is news all the same', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    await peer.auth.signOut(hereOnly)
    slow.isSlow = true
    await look(tab)
    await profile.pass(storageBoundMs)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
    slow.release()
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
  })

  it('does not roll back what was seen since', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    slow.isSlow = true
    await look(tab)
    await profile.pass(storageBoundMs)
    slow.isSlow = false
    await peer.auth.refresh()
    await look(tab)
    slow.release()
    await settle()
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in', generation: 2 })
  })

  it('does not take back a sign-out that storage has not taken', async () => {
    const { profile, slow, tab } = await openSlowTab()
    slow.isSlow = true
    await look(tab)
    await profile.pass(storageBoundMs)
    slow.isBegun = false
    await profile.passUntil(tab.auth.signOut(hereOnly))
    slow.release()
    await settle()
    expect(tab.auth.getState()).toEqual(signedOut)
    slow.isSlow = false
    await look(tab)
    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
  })
})

describe('a write that was given up', () => {
  it('as a claim is used by nobody, and holds up nobody for longer than a lease', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    profile.clock.advance(600_000)
    await look(tab)
    slow.isSlow = true
    slow.isBegun = true
    const call = failureOf(tab.auth.getAccessToken())
    expect(named(await profile.passUntil(call))).toMatch(/^StorageError/)
    const askedAt = profile.clock.monotonic()
    await profile.passUntil(peer.auth.getAccessToken())
    expect(profile.clock.monotonic() - askedAt).toBeLessThanOrEqual(15_000)
    slow.release()
    await profile.pass(1_000)
    expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })
  })

  it('as a commit that was carried out is found to be there', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    profile.server.answerNext(({ proceed }) => {
      slow.isSlow = true
      return proceed()
    })
    const renewed = tab.auth.refresh()
    await profile.pass(1_000)
    slow.isSlow = false
    await profile.passUntil(renewed)
    const types = tab.events.map(({ type }) => type)
    expect(types).toContain('committed')
    expect(types).not.toContain('dropped')
    expect(types).not.toContain('persistence-failed')
    await look(peer)
    expect(await peer.auth.getAccessToken()).toBe(await tab.auth.getAccessToken())
    expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })
  })

  it('as a commit that is heard of while the others are being warned is no dropped reply', async () => {
    const { profile, slow, tab } = await openSlowTab()
    profile.server.answerNext(({ proceed }) => {
      slow.isSlow = true
      return proceed()
    })
    const renewed = tab.auth.refresh()
    await profile.pass(2 * storageBoundMs + 2_000)
    slow.release()
    await profile.passUntil(renewed)
    const types = tab.events.map(({ type }) => type)
    expect(types).toContain('committed')
    expect(types).not.toContain('dropped')
    expect(types).not.toContain('persistence-failed')
    expect(profile.server.counts).toMatchObject({ requests: 1, replays: 0 })
  })

  it('as a commit that is heard of late is told to the other tabs, which need not look', async () => {
    const { profile, slow, tab, peer } = await openSlowTab({}, {})
    profile.server.answerNext(({ proceed }) => {
      slow.isSlow = true
      return proceed()
    })
    const announced = (): number =>
      tab.events.filter((event) => event.type === 'announced' && event.generation === 2).length
    const renewed = tab.auth.refresh()
    await profile.pass(2 * storageBoundMs + 2_000)
    expect(announced()).toBe(0)
    slow.release()
    await profile.passUntil(renewed)
    await settle()
    expect(announced()).toBe(1)
    expect(peer.auth.getState()).toMatchObject({ generation: 2 })
  })

  it('as a second failure leads to no prompt attempt that nobody waits for, however long it took', async () => {
    const { profile, slow, tab } = await openSlowTab({ patienceMs: 0 })
    profile.server.answerAlways((request) => {
      slow.isSlow = profile.server.counts.requests === 2
      return cut(request)
    })
    const renewed = failureOf(tab.auth.refresh())
    await profile.pass(500)
    expect(profile.server.counts).toMatchObject({ requests: 2 })
    await profile.pass(storageBoundMs - 1_000)
    slow.release()
    slow.isSlow = false
    await profile.passUntil(renewed)
    await profile.pass(1_000)
    expect(profile.server.counts).toMatchObject({ requests: 2 })
  })

  it('as a sign-in that was carried out does not begin again after a sign-out elsewhere', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    slow.isSlow = true
    const begun = tab.auth.startSession(profile.server.signIn())
    await profile.pass(2_000)
    await look(peer)
    await peer.auth.signOut(hereOnly)
    await profile.passUntil(begun)
    slow.isSlow = false
    await look(tab)
    await look(tab)
    expect(tab.auth.getState()).toEqual(signedOut)
    await expect(profile.openTab().auth.ready).resolves.toEqual(signedOut)
  })

  it('as a sign-in that was carried out later than it seemed begins one session, whose requests go on', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    await peer.auth.startSession(profile.server.signIn())
    slow.isSlow = true
    await profile.passUntil(tab.auth.startSession(profile.server.signIn()))
    slow.isSlow = false
    const answer = createDeferred()
    profile.api.answersAfter = answer.promise
    const call = tab.call()
    profile.server.revokeAccessTokens()
    slow.release()
    await settle()
    answer.resolve()
    expect(await profile.passUntil(call)).toBe(200)
    // The one before, and this one.
    expect(tab.events.filter(({ type }) => type === 'session-started')).toHaveLength(2)
  })

  it('as a sign-out leaves alone a session that another tab has begun since', async () => {
    const { profile, slow, tab, peer } = await openSlowTab()
    Object.assign(slow, { isSlow: true, isBegun: false })
    const leaving = tab.auth.signOut(hereOnly)
    await profile.pass(2_000)
    expect(tab.auth.getState()).toEqual(signedOut)
    await peer.auth.startSession(profile.server.signIn())
    await look(tab)
    await profile.passUntil(leaving)
    slow.isSlow = false
    slow.release()
    await look(tab)
    for (const { auth } of [tab, peer, profile.openTab()]) {
      expect(await auth.getAccessToken()).toBe(await peer.auth.getAccessToken())
    }
  })
})
