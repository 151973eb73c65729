import { forceCloseDatabase } from 'fake-indexeddb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { testIndexedDb } from '../contracts/indexeddb.contract.ts'
import { testTokenStore } from '../contracts/token-store.contract.ts'
import { fakeIndexedDb, withIndexedDb } from '../support/indexeddb.ts'

withIndexedDb()

testTokenStore('createIndexedDbTokenStore', () => {
  const databaseName = crypto.randomUUID()
  return () => createIndexedDbTokenStore({ databaseName })
})

testIndexedDb(fakeIndexedDb)

describe('a connection that was lost', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('may be reported closed while the next one is being opened', async () => {
    const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID() })
    const connections: IDBDatabase[] = []
    const transact = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await store.update('a', () => ({ result: undefined, put: 1 }))
    connections.push(transact.mock.contexts[0] as IDBDatabase)
    transact.mockImplementationOnce(() => {
      throw new DOMException('The connection is closing.', 'InvalidStateError')
    })
    const open = indexedDB.open.bind(indexedDB)
    vi.spyOn(indexedDB, 'open').mockImplementation((...how) => {
      const request = open(...how)
      request.addEventListener('success', () => forceCloseDatabase(connections[0] as never))
      return request
    })
    await expect(store.read('a')).resolves.toBe(1)
  })
})

describe('a transaction that the browser aborts once all its requests have succeeded', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is repeated at once, because nothing was stored', async () => {
    const clock = createManualClock()
    const store = createIndexedDbTokenStore({ databaseName: crypto.randomUUID(), clock })
    await store.read('a')
    const putReally = IDBObjectStore.prototype.put
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(function (
      this: IDBObjectStore,
      ...given
    ) {
      const request = putReally.apply(this, given)
      request.addEventListener('success', () => this.transaction.abort())
      return request
    })
    await store.update('a', () => ({ result: undefined, put: 1 }))
    expect(put).toHaveBeenCalledTimes(2)
    expect(await store.read('a')).toBe(1)
  })
})

describe('createIndexedDbTokenStore where there is no IndexedDB', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('is created all the same and rejects every call', async () => {
    vi.stubGlobal('indexedDB', undefined)
    const store = createIndexedDbTokenStore()
    await expect(store.read('a')).rejects.toBeInstanceOf(Error)
    await expect(store.update('a', () => ({ result: 1 }))).rejects.toBeInstanceOf(Error)
  })
})
