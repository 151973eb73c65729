import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFallbackTokenStore } from '../../src/adapters/fallback-token-store.ts'
import type { FallbackCause } from '../../src/adapters/fallback-token-store.ts'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import type { TokenStore } from '../../src/core/ports.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import type { ManualClock } from '../../src/testing/manual-clock.ts'
import { promiseTurns } from '../contracts/promise-turns.ts'
import { testTokenStore } from '../contracts/token-store.contract.ts'
import { testTokenStoreSequences } from '../contracts/token-store.model.ts'
import { createDeferred } from '../support/deferred.ts'

const waitMs = 3000

const overAnswers = () => {
  const primary = createMemoryTokenStore()
  return () => fallbackOver(primary).store
}
testTokenStore('createFallbackTokenStore over a store that answers', overAnswers)
testTokenStoreSequences('createFallbackTokenStore over a store that answers', overAnswers)

const overRefusals = () => {
  const { store } = fallbackOver(refusing(new DOMException('Denied', 'SecurityError')))
  return () => store
}
testTokenStore('createFallbackTokenStore over a store that refuses', overRefusals)
testTokenStoreSequences('createFallbackTokenStore over a store that refuses', overRefusals)

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

  it('takes silence that the store itself has put an end to for silence', async () => {
    const { store, causes } = fallbackOver(refusing(new DOMException('Silent', 'TimeoutError')))
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

describe('createFallbackTokenStore, once its store answers after all', () => {
  const put = (value: number) => () => ({ result: undefined, put: value })

  /** Stores numbers, of which the higher one counts more; silent until it is told to answer. */
  async function openSilent(stored?: number) {
    const primary = createMemoryTokenStore()
    if (stored !== undefined) await primary.update('a', put(stored))
    const moment = createDeferred()
    const trouble = { refuses: false, isUnknown: false }
    const asked = { reads: 0, updates: 0 }
    const durable: unknown[] = []
    const troubled: TokenStore = {
      async read(key) {
        asked.reads += 1
        await moment.promise
        if (trouble.refuses) throw new Error('refused')
        return primary.read(key)
      },
      async update(key, change, options) {
        asked.updates += 1
        durable.push(options?.durable)
        if (trouble.refuses) throw new Error('refused')
        const result = await primary.update(key, change, options)
        if (trouble.isUnknown) throw new DOMException('Silent', 'TimeoutError')
        return result
      },
    }
    const over = fallbackOver(troubled)
    const first = over.store.read('a')
    over.clock.advance(waitMs)
    expect(await first).toBeUndefined()
    const answer = async () => {
      moment.resolve()
      await promiseTurns(10)
    }
    return { ...over, primary, trouble, asked, durable, answer }
  }

  it('goes back to what is stored, and says so once', async () => {
    const { store, clock, causes, returns, answer } = await openSilent(7)
    await answer()
    expect([causes, returns]).toEqual([['no-answer'], ['back']])
    expect(await store.read('a')).toBe(7)
    expect(clock.timers()).toEqual([])
  })

  it('writes there what it has kept meanwhile and what counts more', async () => {
    const { store, primary, answer } = await openSilent(7)
    await store.update('a', put(8))
    await answer()
    expect(await store.read('a')).toBe(8)
    expect(await primary.read('a')).toBe(8)
  })

  it('writes that durably, because nobody else has it any more', async () => {
    const { store, durable, answer } = await openSilent(7)
    await store.update('a', put(8))
    await answer()
    expect(await store.read('a')).toBe(8)
    expect(durable).toEqual([true])
  })

  it('drops what it has kept if what is stored counts more', async () => {
    const { store, primary, answer } = await openSilent(7)
    await store.update('a', put(6))
    await answer()
    expect(await store.update('a', (stored) => ({ result: stored }))).toBe(7)
    expect(await primary.read('a')).toBe(7)
  })

  it('lets a change decide on what was kept, in one transaction', async () => {
    const { store, primary, asked, answer } = await openSilent(7)
    await store.update('a', put(8))
    await answer()
    const seen = await store.update('a', (stored) => ({ result: stored, put: Number(stored) + 1 }))
    expect(seen).toBe(8)
    expect(await primary.read('a')).toBe(9)
    expect(asked.updates).toBe(1)
  })

  it('offers what was kept again as long as nobody knows whether it was stored', async () => {
    const { store, primary, trouble, answer } = await openSilent(7)
    await store.update('a', put(8))
    await answer()
    trouble.refuses = true
    await expect(store.read('a')).rejects.toThrow('refused')
    trouble.refuses = false
    trouble.isUnknown = true
    await expect(store.read('a')).rejects.toThrow('Silent')
    trouble.isUnknown = false
    // Another tab has gone on from there.
    await primary.update('a', put(9))
    expect(await store.read('a')).toBe(9)
    expect(await primary.read('a')).toBe(9)
  })

  it('goes on in memory until then, and asks every ten seconds', async () => {
    const primary = createMemoryTokenStore()
    let isSilent = true
    let reads = 0
    const { store, clock, returns } = fallbackOver({
      ...primary,
      async read(key) {
        reads += 1
        if (isSilent) throw new DOMException('Silent', 'TimeoutError')
        return primary.read(key)
      },
    })
    await store.update('a', put(1))
    for (let second = 0; second < 35; second += 1) {
      expect(await store.read('a')).toBe(1)
      clock.advance(1_000)
      await promiseTurns(10)
    }
    expect(reads).toBe(4)
    isSilent = false
    clock.advance(10_000)
    await promiseTurns(10)
    expect(returns).toEqual(['back'])
    expect(await store.read('a')).toBe(1)
    expect(await primary.read('a')).toBe(1)
    expect(clock.timers()).toEqual([])
  })

  it('asks a store that refuses only when somebody calls, and a missing one never', async () => {
    for (const [reason, asks] of [
      [new DOMException('Denied', 'SecurityError'), 3],
      [new ReferenceError('There is none.'), 1],
    ] as const) {
      let reads = 0
      const { store, clock } = fallbackOver({
        ...refusing(reason),
        read() {
          reads += 1
          return Promise.reject(reason)
        },
      })
      await store.read('a')
      expect(clock.timers()).toEqual([])
      for (let call = 0; call < 5; call += 1) {
        clock.advance(5_000)
        await store.read('a')
      }
      expect(reads).toBe(asks)
    }
  })

  it('asks no more by itself once it is disposed of', async () => {
    const { clock, disposal } = await openSilent()
    disposal.abort()
    expect(clock.timers()).toEqual([])
  })
})

function fallbackOver(primary: TokenStore): {
  store: TokenStore
  clock: ManualClock
  causes: FallbackCause[]
  returns: 'back'[]
  disposal: AbortController
} {
  const clock = createManualClock()
  const causes: FallbackCause[] = []
  const returns: 'back'[] = []
  const disposal = new AbortController()
  const store = createFallbackTokenStore(primary, {
    clock,
    waitMs,
    onFallback: (cause) => causes.push(cause),
    onReturn: () => returns.push('back'),
    wasDecidedLater: (kept, stored) => Number(kept) > Number(stored ?? 0),
    disposal: disposal.signal,
  })
  return { store, clock, causes, returns, disposal }
}

function refusing(reason: Error): TokenStore {
  return { read: () => Promise.reject(reason), update: () => Promise.reject(reason) }
}

function silent(): TokenStore {
  return { read: () => new Promise(() => {}), update: () => new Promise(() => {}) }
}
