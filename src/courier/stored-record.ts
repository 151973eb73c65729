import { patiently } from '../core/patiently.ts'
import type { Clock } from '../core/ports.ts'
import type { RecordPlace } from './letter-message.ts'

/** How long opening and transaction may take together. */
const attemptMs = 2_000

/** The record of one session, as a courier reaches it. */
export interface StoredRecord {
  /**
   * Changes the record in one transaction on a connection of its own, so that none stands in the way
   * of an upgrade. Fulfils with whether anything was written: not, if `change` has nothing to write, or
   * the record or its database is gone; it is never made anew. Rejects if storage refuses or says
   * nothing; then it may have been written or not.
   */
  change(
    place: RecordPlace,
    durability: IDBTransactionDurability,
    change: (stored: unknown) => unknown,
  ): Promise<boolean>
}

export function createStoredRecord(clock: Clock): StoredRecord {
  return {
    change: ({ database, objectStore, key }, durability, change) =>
      new Promise((resolve, reject) => {
        let isOver = false
        let undo = (): void => {}
        const end = (settle: () => void): void => {
          isOver = true
          cancel()
          settle()
          undo()
        }
        const refuse = (): void => end(() => reject(new Error('Storage refuses.')))
        const cancel = patiently(clock, attemptMs, refuse)

        const opening = indexedDB.open(database)
        // There was none: left as it was, which is without.
        let isNew = false
        opening.onupgradeneeded = () => {
          isNew = true
          opening.transaction?.abort()
        }
        opening.addEventListener('error', () => (isNew ? end(() => resolve(false)) : refuse()))
        opening.onsuccess = () => {
          const connection = opening.result
          undo = () => connection.close()
          if (isOver) return undo()
          if (!connection.objectStoreNames.contains(objectStore)) return end(() => resolve(false))
          let transaction: IDBTransaction
          try {
            transaction = connection.transaction(objectStore, 'readwrite', { durability })
          } catch {
            // It is being closed.
            return refuse()
          }
          undo = () => {
            try {
              transaction.abort()
            } catch {
              // It is over.
            }
            connection.close()
          }
          const records = transaction.objectStore(objectStore)
          const reading: IDBRequest<unknown> = records.get(key)
          let isChanged = false
          reading.onsuccess = () => {
            if (isOver) return
            const next = change(reading.result)
            isChanged = next !== undefined
            if (isChanged) records.put(next, key)
          }
          transaction.oncomplete = () => end(() => resolve(isChanged))
          transaction.addEventListener('abort', refuse)
        }
      }),
  }
}
