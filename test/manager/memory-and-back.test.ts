import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { anyAnswers, openOtherScript, type OtherScript } from '../contracts/other-script.ts'
import { failureOf, named } from '../support/failure.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'

const storage = 'indexeddb'
const signedOut = { status: 'signed-out', reason: 'signed-out' }
const hereOnly = { revoke: false, endSession: false }

describe('a tab whose storage is silent at the start', () => {
  let profile: Profile
  let other: OtherScript
  let letGo: () => void

  beforeEach(async () => {
    vi.stubGlobal('indexedDB', new IDBFactory())
    profile = createProfile()
  })

  afterEach(() => {
    letGo()
    other.close()
    vi.unstubAllGlobals()
  })

  /** A session that a tab has stored, after which another page holds a transaction open. */
  async function storeSession(): Promise<Tab> {
    const tab = profile.openTab({ storage })
    await tab.auth.startSession(profile.server.signIn())
    await becomeSilent()
    return tab
  }

  async function becomeSilent(): Promise<void> {
    other = await openOtherScript('tokenring')
    letGo = other.holdTransaction()
  }

  async function pass(seconds: number): Promise<void> {
    for (let halves = 0; halves < seconds * 2; halves += 1) {
      await anyAnswers()
      await profile.pass(500)
    }
  }

  async function openInMemory(): Promise<Tab> {
    const tab = profile.openTab({ storage })
    await pass(2.5)
    expect(tab.auth.getState()).toEqual({ status: 'signed-out', reason: 'never' })
    expect(typesOf(tab)).toContain('storage-unavailable')
    return tab
  }

  function typesOf({ events }: Tab): readonly string[] {
    return events.map(({ type }) => type)
  }

  it('goes back to the stored session once storage answers, without a reload', async () => {
    const signedIn = await storeSession()
    const tab = await openInMemory()
    await pass(40)
    letGo()
    await pass(11)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
    expect(typesOf(tab).filter((type) => type.startsWith('storage-'))).toEqual([
      'storage-unavailable',
      'storage-available',
    ])
    const told = tab.events.find(({ type }) => type === 'announced')
    expect(told).toMatchObject({ generation: 1 })
    expect(await tab.auth.getAccessToken()).toBe(await signedIn.auth.getAccessToken())
    await profile.passUntil(tab.auth.refresh())
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
  })

  it('goes back at once where storage was only slow', async () => {
    await storeSession()
    const tab = await openInMemory()
    letGo()
    await pass(0.5)
    expect(tab.auth.getState()).toMatchObject({ status: 'signed-in' })
  })

  it('keeps the session that was begun there, in all tabs, rotations included', async () => {
    const before = await storeSession()
    const tab = await openInMemory()
    await tab.auth.startSession(profile.server.signIn())
    await tab.auth.refresh()
    const token = await tab.auth.getAccessToken()
    letGo()
    await pass(11)
    expect(await tab.auth.getAccessToken()).toBe(token)
    expect(await profile.passUntil(before.auth.getAccessToken())).toBe(token)
    expect(await profile.openTab({ storage }).auth.getAccessToken()).toBe(token)
    await profile.passUntil(before.auth.refresh())
    expect(await profile.passUntil(tab.auth.getAccessToken())).toBe(
      await before.auth.getAccessToken(),
    )
    expect(profile.server.counts).toMatchObject({ grants: 2, replays: 0 })
  })

  it('ends the stored session, which it has never seen, if the user has signed out meanwhile', async () => {
    const before = await storeSession()
    const tab = await openInMemory()
    await tab.auth.signOut(hereOnly)
    expect(tab.auth.getState()).toEqual(signedOut)
    letGo()
    await pass(11)
    expect(tab.auth.getState()).toEqual(signedOut)
    expect(before.auth.getState()).toEqual(signedOut)
    expect(await profile.openTab({ storage }).auth.ready).toEqual(signedOut)
  })

  it('leaves alone a session that another tab has begun later', async () => {
    await storeSession()
    const tab = await openInMemory()
    await tab.auth.startSession(profile.server.signIn())
    const own = await tab.auth.getAccessToken()
    letGo()
    // Storage answers this one, and not yet the other.
    const later = profile.openTab({ storage })
    await later.auth.ready
    await later.auth.startSession(profile.server.signIn())
    await pass(11)
    expect(await tab.auth.getAccessToken()).not.toBe(own)
    expect(await tab.auth.getAccessToken()).toBe(await later.auth.getAccessToken())
  })

  it('asks no more after it was disposed of', async () => {
    await storeSession()
    const tab = await openInMemory()
    await pass(5)
    tab.auth.dispose()
    await pass(1)
    const open = vi.spyOn(indexedDB, 'open')
    await pass(30)
    expect(open).not.toHaveBeenCalled()
  })

  it('lets signIn() say so in time, and begin once storage answers', async () => {
    await storeSession()
    const tab = profile.openTab({ storage, redirectUri: 'https://app.example/callback' })
    const failed = failureOf(tab.auth.signIn())
    await pass(5)
    expect(named(await failed)).toBe('StorageError STORE_WRITE')
    letGo()
    await pass(1)
    void tab.auth.signIn()
    await pass(2)
    expect(tab.navigation.left).toHaveLength(1)
  })
})
