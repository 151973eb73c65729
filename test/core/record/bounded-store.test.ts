import { describe, expect, it } from 'vitest'
import { createBoundedStore, storageBoundMs } from '../../../src/core/record/bounded-store.ts'
import type { StoreChange, TokenStore } from '../../../src/core/ports.ts'
import { createMemoryTokenStore } from '../../../src/adapters/memory-token-store.ts'
import { createManualClock } from '../../../src/testing/manual-clock.ts'
import { createDeferred } from '../../support/deferred.ts'

const put = (value: string) => (): StoreChange<string> => ({ put: value, result: value })
const silence = 'Storage does not answer.'

/** A store that begins, and answers, when it is told. */
function createSlowStore() {
  const memory = createMemoryTokenStore()
  const begin = createDeferred()
  const answer = createDeferred()
  const slow: TokenStore = {
    async read(key) {
      await begin.promise
      const value = await memory.read(key)
      await answer.promise
      return value
    },
    async update(key, change, how) {
      await begin.promise
      const result = await memory.update(key, change, how)
      await answer.promise
      return result
    },
  }
  const clock = createManualClock()
  const store = createBoundedStore(slow, clock)
  return { memory, clock, store, begin: () => begin.resolve(), answer: () => answer.resolve() }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a bounded store', () => {
  it('answers as the store does, and leaves no timer behind', async () => {
    const { store, clock, begin, answer } = createSlowStore()
    const written = store.update('key', put('new'))
    begin()
    answer()
    expect(await written).toBe('new')
    expect(await store.read('key')).toBe('new')
    await turn()
    expect(clock.timers()).toEqual([])
  })

  it('passes on what the store rejects with', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('denied'))
    const store = createBoundedStore({ read: refuse, update: refuse }, createManualClock())
    await expect(store.read('key')).rejects.toThrow('denied')
    await expect(store.update('key', put('new'))).rejects.toThrow('denied')
  })

  it('gives up a call that is not answered, and keeps none behind it waiting', async () => {
    const { store, clock } = createSlowStore()
    const calls = [store.read('key'), store.update('key', put('new')), store.read('other')]
    await turn()
    clock.advance(storageBoundMs)
    for (const call of calls) await expect(call).rejects.toThrow(silence)
  })

  it('waits five seconds, and no longer', async () => {
    const { store, clock } = createSlowStore()
    let isOver = false
    store.read('key').catch(() => (isOver = true))
    clock.advance(4_999)
    await turn()
    expect(isOver).toBe(false)
    clock.advance(1)
    await turn()
    expect(isOver).toBe(true)
  })

  it('never writes what was given up before it was decided', async () => {
    const { memory, store, clock, begin, answer } = createSlowStore()
    const given = store.update('key', put('late'))
    await turn()
    clock.advance(storageBoundMs)
    await expect(given).rejects.toThrow(silence)
    begin()
    answer()
    await turn()
    expect(await memory.read('key')).toBeUndefined()
  })

  it('does not repeat the decision of a call that was given up in the middle', async () => {
    const clock = createManualClock()
    let decide = (): unknown => undefined
    const store = createBoundedStore(
      {
        read: () => Promise.resolve(),
        update(_, change) {
          decide = () => change(undefined)
          decide()
          return new Promise(() => {})
        },
      },
      clock,
    )
    const given = store.update('key', put('new'))
    await turn()
    clock.advance(storageBoundMs)
    await expect(given).rejects.toThrow(silence)
    expect(decide()).toEqual({ result: undefined })
  })

  it('tells late what was read, what was written, and what a withdrawn update has found', async () => {
    const told: unknown[] = []
    const read = createSlowStore()
    const written = createSlowStore()
    const withdrawn = createSlowStore()
    for (const { memory } of [read, withdrawn]) await memory.update('key', put('old'))
    written.begin()
    const calls = [
      read.store.read('key', (stored) => told.push(stored)),
      written.store.update('key', put('new'), {}, (...late) => told.push(late)),
      withdrawn.store.update('key', put('new'), {}, (...late) => told.push(late)),
    ]
    await turn()
    for (const { clock } of [read, written, withdrawn]) clock.advance(storageBoundMs)
    for (const call of calls) await expect(call).rejects.toThrow(silence)
    expect(told).toEqual([])
    for (const { begin, answer } of [read, written, withdrawn]) {
      begin()
      answer()
      await turn()
    }
    expect(told).toEqual(['old', ['new', undefined], [undefined, 'old']])
  })

  it('minds neither a late refusal nor a late listener that throws', async () => {
    const clock = createManualClock()
    const refusal = createDeferred()
    const refuse = (): Promise<never> => refusal.promise.then(() => Promise.reject(new Error('no')))
    const refused = createBoundedStore({ read: refuse, update: refuse }, clock).read('key')
    const { store, clock: other, begin, answer } = createSlowStore()
    const read = store.read('key', () => {
      throw new Error('listener')
    })
    await turn()
    clock.advance(storageBoundMs)
    other.advance(storageBoundMs)
    await expect(refused).rejects.toThrow(silence)
    await expect(read).rejects.toThrow(silence)
    refusal.resolve()
    begin()
    answer()
    await turn()
  })
})
