import { describe, expect, it } from 'vitest'
import { openTabs } from '../support/open-tabs.ts'
import { createProfile, settle, type Tab } from '../support/tabs.ts'

const minuteMs = 60_000

function tenCallsOfEach(tabs: readonly Tab[]): Promise<number[]> {
  return Promise.all(tabs.flatMap((tab) => Array.from({ length: 10 }, () => tab.call())))
}

describe('ten tabs with ten requests each on an expired token', () => {
  it('cost one grant, and every request succeeds at the first send', async () => {
    const { profile, tabs } = await openTabs(10)
    profile.clock.advance(10 * minuteMs)

    expect(await tenCallsOfEach(tabs)).toEqual(Array.from({ length: 100 }, () => 200))
    expect(profile.server.counts).toMatchObject({ grants: 1, requests: 1, replays: 0 })
    expect(profile.api.requests).toHaveLength(100)
  })

  it('cost one grant as well when the server has revoked a token that looks fresh', async () => {
    const { profile, tabs } = await openTabs(10)
    profile.server.revokeAccessTokens()

    expect(await tenCallsOfEach(tabs)).toEqual(Array.from({ length: 100 }, () => 200))
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
    expect(profile.api.requests.length).toBeLessThanOrEqual(200)
  })

  it('do not take turns in renewing for two servers that reject every token', async () => {
    const profile = createProfile()
    profile.api.rejectsAll = true
    const tab = await profile.openSignedInTab({
      resourceServers: ['https://api.example/v2/', 'https://api.example/v3/'],
    })
    for (let round = 0; round < 10; round += 1) {
      await tab.auth.fetch('https://api.example/v2/a')
      await tab.auth.fetch('https://api.example/v3/b')
    }
    expect(profile.server.counts.requests).toBe(2)
  })
})

describe('a 401 for a token that was not renewed because of one', () => {
  it('costs no look into storage but that of the rotation', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    profile.server.revokeAccessTokens()
    const { reads } = profile.store
    expect(await tab.call()).toBe(200)
    expect(profile.store.reads - reads).toBe(1)
  })
})

describe('getAccessToken', () => {
  it('serves a fresh token without any I/O', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    await auth.getAccessToken()
    const { reads, updates } = profile.store
    for (let call = 0; call < 1_000; call += 1) await auth.getAccessToken()
    expect(profile.store).toMatchObject({ reads, updates })
    expect(profile.server.counts.requests).toBe(0)
  })

  it('serves a token inside the leeway at once and renews it behind the call', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const before = await auth.getAccessToken()
    profile.clock.advance(280_000)
    expect(await auth.getAccessToken()).toBe(before)
    await settle()
    expect(await auth.getAccessToken()).not.toBe(before)
    expect(profile.server.counts.requests).toBe(1)
  })

  it('gives another token than the one that was rejected', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const before = await auth.getAccessToken()
    expect(await auth.getAccessToken({ rejected: before })).not.toBe(before)
    expect(await auth.getAccessToken({ rejected: before })).toBe(await auth.getAccessToken())
    expect(profile.server.counts.requests).toBe(1)
  })

  it('waits for a longer token when the caller needs one', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.clock.advance(100_000)
    const before = await auth.getAccessToken({ minValidityMs: 150_000 })
    expect(await auth.getAccessToken({ minValidityMs: 250_000 })).not.toBe(before)
  })
})
