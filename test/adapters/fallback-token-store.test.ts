import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFallbackTokenStore } from '../../src/adapters/fallback-token-store.ts'
import type { FallbackCause } from '../../src/adapters/fallback-token-store.ts'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import type { ManualClock } from '../../src/testing/manual-clock.ts'
import { testTokenStore } from '../contracts/token-store.contract.ts'

const waitMs = 3000

testTokenStore('createFallbackTokenStore over a store that answers', () => {
  const primary = createMemoryTokenStore()
  return () => fallbackOver(primary).store
})

testTokenStore('createFallbackTokenStore over a store that refuses', () => {
  const { store } = fallbackOver(refusing(new DOMException('Denied', 'SecurityError')))
  return () => store
})

describe('createFallbackTokenStore', () => {
  let primary: TokenStore

  beforeEach(async () => {
    primary = createMemoryTokenStore()
    await primary.update('a', () => ({ result: undefined, put: 'stored' }))
  })

  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('stays with a store that has answered and leaves no timer behind', async () => {
    const { store, clock, causes } = fallbackOver(primary)
    expect(await store.read('a')).toBe('stored')
    expect(clock.timers()).toEqual([])
    expect(causes).toEqual([])
  })

  it('reads once for the first read', async () => {
    let reads = 0
    const { store } = fallbackOver({
      ...primary,
      read: (key) => {
        reads += 1
        return primary.read(key)
      },
    })
    await store.read('a')
    expect(reads).toBe(1)
    await store.read('a')
    expect(reads).toBe(2)
  })

  it('goes over to memory when the store refuses, and says so once', async () => {
    const { store, causes } = fallbackOver(refusing(new DOMException('Denied', 'SecurityError')))
    const [first] = await Promise.all([
      store.read('a'),
      store.update('a', () => ({ result: undefined, put: 'in memory' })),
    ])
    expect(first).toBeUndefined()
    expect(await store.read('a')).toBe('in memory')
    expect(causes).toEqual(['denied'])
  })

  it.each([
    ['there is no IndexedDB', () => {}],
    ['only its name is left', () => vi.stubGlobal('indexedDB', undefined)],
  ])('goes over to memory where %s', async (_, takeAway) => {
    takeAway()
    const { store, causes } = fallbackOver(createIndexedDbTokenStore())
    expect(await store.update('a', () => ({ result: 'done', put: 1 }))).toBe('done')
    expect(causes).toEqual(['missing'])
  })

  it('goes over to memory when the store does not answer in time', async () => {
    const { store, clock, causes } = fallbackOver(silent())
    const update = store.update('a', () => ({ result: 'done', put: 1 }))
    clock.advance(waitMs - 1)
    expect(causes).toEqual([])
    clock.advance(1)
    expect(await update).toBe('done')
    expect(causes).toEqual(['no-answer'])
    expect(await store.read('a')).toBe(1)
  })

  it('ignores an answer that comes after the switch', async () => {
    let answer: (value: unknown) => void = () => {}
    const late = new Promise<unknown>((resolve) => {
      answer = resolve
    })
    const { store, clock, causes } = fallbackOver({ ...primary, read: () => late })
    const read = store.read('a')
    clock.advance(waitMs)
    expect(await read).toBeUndefined()
    answer('late')
    expect(await store.read('a')).toBeUndefined()
    expect(causes).toEqual(['no-answer'])
  })

  it('never runs a change on a store that has not answered yet', async () => {
    let updates = 0
    const { store, clock } = fallbackOver({
      ...silent(),
      update: () => {
        updates += 1
        return new Promise(() => {})
      },
    })
    const update = store.update('a', () => ({ result: 'done' }))
    clock.advance(waitMs)
    expect(await update).toBe('done')
    expect(updates).toBe(0)
  })

  it('lets an answer win that arrived while the page was frozen past the limit', async () => {
    const { store, clock, causes } = fallbackOver(primary)
    const read = store.read('a')
    clock.advance(waitMs / 2)
    expect(await read).toBe('stored')
    expect(causes).toEqual([])
  })

  it('passes errors of the store on once it has answered', async () => {
    const quota = new DOMException('Full', 'QuotaExceededError')
    const { store, causes } = fallbackOver({ ...primary, update: () => Promise.reject(quota) })
    await store.read('a')
    await expect(store.update('a', () => ({ result: 1, put: 1 }))).rejects.toBe(quota)
    expect(await store.read('a')).toBe('stored')
    expect(causes).toEqual([])
  })

  it('does not take an exception of the change for a failure of the store', async () => {
    const { store, causes } = fallbackOver(primary)
    const thrown = new Error('no')
    const update = store.update('a', () => {
      throw thrown
    })
    await expect(update).rejects.toBe(thrown)
    expect(await store.read('a')).toBe('stored')
    expect(causes).toEqual([])
  })
})

function fallbackOver(primary: TokenStore): {
  store: TokenStore
  clock: ManualClock
  causes: FallbackCause[]
} {
  const clock = createManualClock()
  const causes: FallbackCause[] = []
  const store = createFallbackTokenStore(primary, {
    clock,
    waitMs,
    onFallback: (cause) => causes.push(cause),
  })
  return { store, clock, causes }
}

function refusing(reason: Error): TokenStore {
  return { read: () => Promise.reject(reason), update: () => Promise.reject(reason) }
}

function silent(): TokenStore {
  return { read: () => new Promise(() => {}), update: () => new Promise(() => {}) }
}
