import { get, promisifyRequest } from 'idb-keyval'
import type { UseStore } from 'idb-keyval'
import type { StoreChange, TokenStore } from '../core/ports.ts'

const objectStoreName = 'records'

/**
 * Keeps values in IndexedDB, for all tabs of the origin.
 *
 * The database is opened on first use. The connection is closed when another tab wants to upgrade or
 * delete the database, and a connection that was closed is opened again by the next call. A call
 * that meets a dead connection is repeated once on a fresh one; the calls behind it wait, so that
 * none overtakes it. Where there is no IndexedDB, or the browser denies it, every call rejects with
 * the platform's error.
 */
export function createIndexedDbTokenStore(options: { databaseName?: string } = {}): TokenStore {
  const { databaseName = 'tokenring' } = options
  let connection: IDBDatabase | undefined
  let last: Promise<unknown> = Promise.resolve()

  const disconnect = (): void => {
    connection?.close()
    connection = undefined
  }

  const useStore =
    (durability: IDBTransactionDurability): UseStore =>
    (mode, body) => {
      const attempt = async () => {
        connection ??= await openDatabase(databaseName, disconnect)
        const transaction = connection.transaction(objectStoreName, mode, { durability })
        return body(transaction.objectStore(objectStoreName))
      }
      const answer = last.then(attempt).catch((error: unknown) => {
        if (!isConnectionLoss(error)) throw error
        disconnect()
        return attempt()
      })
      last = answer.catch(() => {})
      return answer
    }

  return {
    read: (key) => get(key, useStore('default')),
    async update(key, change, { durable = false } = {}) {
      const use = useStore(durable ? 'strict' : 'default')
      const answer = await use('readwrite', (store) => apply(store, key, change))
      return answer()
    },
  }
}

async function openDatabase(name: string, onLost: () => void): Promise<IDBDatabase> {
  // Some privacy settings leave the name and take away what it stands for.
  if (!(globalThis as Partial<typeof globalThis>).indexedDB) {
    throw new ReferenceError('There is no IndexedDB.')
  }
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(objectStoreName)
  }
  const database = await promisifyRequest(request)
  database.addEventListener('close', onLost)
  database.addEventListener('versionchange', onLost)
  return database
}

/**
 * Engines differ in what a connection taken away looks like: no transaction can be started, those
 * under way are aborted, or (WebKit) the storage process is reported lost. The transaction is not
 * complete in any of them, so it may be repeated.
 */
function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    ['InvalidStateError', 'AbortError', 'UnknownError'].includes(error.name)
  )
}

/** What the change throws is its answer: it must not look like a lost connection. */
function apply<T>(
  store: IDBObjectStore,
  key: string,
  change: (stored: unknown) => StoreChange<T>,
): Promise<() => T> {
  return new Promise((resolve, reject) => {
    const { transaction } = store
    const request: IDBRequest<unknown> = store.get(key)
    request.onsuccess = () => {
      try {
        const decision = change(request.result)
        if ('put' in decision) store.put(decision.put, key)
        if ('remove' in decision) store.delete(key)
        // A request that succeeded may still be undone; only a complete transaction is stored.
        transaction.oncomplete = () => resolve(() => decision.result)
      } catch (error) {
        resolve(() => {
          throw error
        })
      }
    }
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? new DOMException('Transaction aborted', 'AbortError')),
    )
  })
}
