import { afterEach, describe, expect, it, vi } from 'vitest'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { testIndexedDbMending } from './indexeddb-mending.contract.ts'
import { testIndexedDbSilence } from './indexeddb-silence.contract.ts'
import type { FaultyIndexedDb } from './indexeddb.model.ts'

/** What is promised of IndexedDB beyond any token store; runs wherever there is an IndexedDB. */
export function testIndexedDb(faulty: FaultyIndexedDb): void {
  describe('createIndexedDbTokenStore', () => {
    afterEach(() => {
      vi.restoreAllMocks()
    })

    it('opens nothing before the first call, and then one connection', async () => {
      const open = vi.spyOn(IDBFactory.prototype, 'open')
      const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID() })
      expect(open).not.toHaveBeenCalled()
      await Promise.all([store.read('a'), store.read('b')])
      expect(open).toHaveBeenCalledTimes(1)
    })

    it('keeps its records in a database called tokenring', async () => {
      const open = vi.spyOn(IDBFactory.prototype, 'open')
      await createIndexedDbTokenStore().read('a')
      expect(open.mock.calls.map(([name]) => name)).toEqual(['tokenring'])
    })

    it('asks for strict durability for durable updates only', async () => {
      const { store, transactions } = await openedStore()
      await store.update('a', () => ({ result: undefined, put: 1 }), { durable: true })
      await store.update('a', () => ({ result: undefined, put: 2 }))
      await store.read('a')
      expect(transactions().map(({ durability }) => durability)).toEqual([
        'strict',
        'default',
        'default',
      ])
    })

    it('fulfils an update only when its transaction is complete', async () => {
      const { store, transactions } = await openedStore()
      let complete = false
      await store.update('a', () => {
        transactions()[0]?.addEventListener('complete', () => {
          complete = true
        })
        return { result: undefined, put: 1 }
      })
      expect(complete).toBe(true)
    })

    it('does not stand in the way of deleting the database, and starts anew afterwards', async () => {
      const databaseName = crypto.randomUUID()
      const store = createIndexedDbTokenStore({ databaseName })
      await store.update('a', () => ({ result: undefined, put: 1 }))

      const deletion = await new Promise<string>((resolve) => {
        const request = indexedDB.deleteDatabase(databaseName)
        request.addEventListener('success', () => resolve('deleted'))
        request.addEventListener('blocked', () => resolve('blocked'))
      })
      expect(deletion).toBe('deleted')
      expect(await store.read('a')).toBeUndefined()
      await store.update('a', () => ({ result: undefined, put: 2 }))
      expect(await store.read('a')).toBe(2)
    })

    it('reopens a connection that was closed without a word', async () => {
      const { store, connections } = spiedStore()
      await store.update('a', () => ({ result: undefined, put: 1 }))
      connections()[0]?.close()
      expect(await store.read('a')).toBe(1)
      connections()[1]?.close()
      expect(await store.update('a', (stored) => ({ result: stored, put: 2 }))).toBe(1)
      expect(connections()).toHaveLength(3)
    })

    it('reopens a connection that reported its end', async () => {
      const { store, connections } = spiedStore()
      await store.update('a', () => ({ result: undefined, put: 1 }))
      faulty.forceClose(connections()[0] as IDBDatabase)
      const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
      expect(await store.read('a')).toBe(1)
      expect(connections()).toHaveLength(2)
      expect(transaction.mock.results.map(({ type }) => type)).not.toContain('throw')
    })

    it('repeats an update whose transaction the browser aborted', async () => {
      const { store, transactions } = await openedStore()
      let runs = 0
      const update = store.update('a', (stored) => {
        runs += 1
        if (runs === 1) queueMicrotask(() => transactions()[0]?.abort())
        return { result: stored, put: 1 }
      })
      await expect(update).resolves.toBeUndefined()
      expect(runs).toBe(2)
      expect(await store.read('a')).toBe(1)
    })

    it('lets nothing overtake an update that is repeated', async () => {
      const { store, transactions } = await openedStore()
      let runs = 0
      const signIn = store.update('a', () => {
        runs += 1
        if (runs === 1) queueMicrotask(() => transactions()[0]?.abort())
        return { result: undefined, put: 'signed in' }
      })
      const signOut = store.update('a', () => ({ result: undefined, put: 'signed out' }))
      await Promise.all([signIn, signOut])
      expect(await store.read('a')).toBe('signed out')
    })

    it('opens one connection for all calls that meet a dead one', async () => {
      const { store, connections } = spiedStore()
      await store.read('a')
      connections()[0]?.close()
      await Promise.all([store.read('a'), store.read('a'), store.read('a')])
      expect(connections()).toHaveLength(2)
    })

    it('does not take what a change throws for a lost connection', async () => {
      const { store, connections } = spiedStore()
      const thrown = new DOMException('by the change', 'AbortError')
      let runs = 0
      const update = store.update('a', () => {
        runs += 1
        throw thrown
      })
      await expect(update).rejects.toBe(thrown)
      expect(runs).toBe(1)
      expect(connections()).toHaveLength(1)
    })

    it('gives up after one repetition', async () => {
      const open = vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
        throw new DOMException('Connection to the server lost', 'UnknownError')
      })
      const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID() })
      await expect(store.read('a')).rejects.toMatchObject({ name: 'UnknownError' })
      expect(open).toHaveBeenCalledTimes(2)
    })

    it('tries again after an open that failed', async () => {
      const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID() })
      const open = vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
        throw new DOMException('Denied', 'SecurityError')
      })
      await expect(store.read('a')).rejects.toMatchObject({ name: 'SecurityError' })
      expect(open).toHaveBeenCalledTimes(1)
      open.mockRestore()
      expect(await store.read('a')).toBeUndefined()
    })

    it('rejects with an error when the browser aborts the repetition as well', async () => {
      const { store, transactions } = await openedStore()
      const update = store.update('a', () => {
        queueMicrotask(() => transactions().at(-1)?.abort())
        return { result: undefined, put: 1 }
      })
      await expect(update).rejects.toMatchObject({ name: 'AbortError' })
    })
  })
  testIndexedDbMending()
  testIndexedDbSilence()
}

/** A store that is open already: fake-indexeddb starts transactions of its own while it opens. */
async function openedStore() {
  const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID() })
  await store.read('a')
  const spy = vi.spyOn(IDBDatabase.prototype, 'transaction')
  return { store, transactions: () => spy.mock.results.map(({ value }) => value as IDBTransaction) }
}

function spiedStore() {
  const open = vi.spyOn(IDBFactory.prototype, 'open')
  const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID() })
  const connections = () => open.mock.results.map(({ value }) => (value as IDBOpenDBRequest).result)
  return { store, connections }
}
