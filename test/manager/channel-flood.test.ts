import { describe, expect, it } from 'vitest'
import type { OpenChannel } from '../../src/index.ts'
import { createDeferred } from '../support/deferred.ts'
import { createProfile, settle } from '../support/tabs.ts'

const message = { v: 1, epoch: 1, generation: 1, kind: 'committed' }

/** A signed-in tab, and what another tab says to it. */
async function withListener() {
  const profile = createProfile()
  const listeners: ((message: unknown) => void)[] = []
  const openChannel: OpenChannel = (name, listener) => {
    listeners.push(listener)
    return profile.openChannel(name, listener)
  }
  const tab = await profile.openSignedInTab({}, { openChannel })
  await tab.auth.ready
  await settle()
  return { profile, tab, say: () => listeners.forEach((listener) => listener(message)) }
}

describe('messages from other tabs', () => {
  it('cost two reads however many they are, as long as storage takes to answer', async () => {
    const { profile, say } = await withListener()
    const { promise, resolve } = createDeferred()
    const before = profile.store.reads
    profile.store.readsAfter = promise
    for (let count = 0; count < 20_000; count += 1) say()
    expect(profile.store.reads - before).toBe(1)
    resolve()
    await settle()
    expect(profile.store.reads - before).toBe(2)
  })

  it('cost one read at a time when they come one by one', async () => {
    const { profile, say } = await withListener()
    const before = profile.store.reads
    for (let count = 0; count < 50; count += 1) {
      say()
      await settle()
    }
    expect(profile.store.reads - before).toBe(50)
  })

  it('keep a token from being served until a read that began after the last of them', async () => {
    const { profile, tab, say } = await withListener()
    const [first, second] = [createDeferred(), createDeferred()]
    profile.store.readsAfter = first.promise
    say()
    profile.store.readsAfter = second.promise
    say()
    let isServed = false
    const token = tab.auth.getAccessToken().finally(() => {
      isServed = true
    })
    first.resolve()
    await settle()
    expect(isServed).toBe(false)
    second.resolve()
    expect(await token).toMatch(/^access-/)
  })

  it('are heeded again when a read that never ends is given up', async () => {
    const { profile, tab, say } = await withListener()
    profile.store.readsAfter = new Promise(() => {})
    say()
    say()
    const token = tab.auth.getAccessToken()
    expect(await profile.passUntil(token)).toMatch(/^access-/)
    const before = profile.store.reads
    profile.store.readsAfter = Promise.resolve()
    say()
    await settle()
    expect(profile.store.reads - before).toBe(1)
    expect(await tab.auth.getAccessToken()).toBe(await token)
  })
})
