import { promisifyRequest } from 'idb-keyval'
import { patiently } from '../core/patiently.ts'
import type { Clock, StoreChange, TokenStore } from '../core/ports.ts'
import { unlessStopped, type Stop } from '../core/until.ts'
import { objectStoreName, openDatabase, sharedDatabaseName } from './open-database.ts'
import { createSystemClock } from './system-clock.ts'

/** How long an opening, or a transaction, may take. */
const attemptMs = 2_000
/** How long a call may take, its turn and its repetition included. */
const callMs = 4_400

/** One transaction of a call. */
interface Attempt {
  /** It has failed: nothing is decided by it any more, whatever WebKit still reports. */
  isOver: boolean
  /** Something was written, if the transaction is carried out. */
  hasPut: boolean
}

/**
 * Keeps values in IndexedDB, for all tabs of the origin.
 *
 * The database is opened on first use, and mended if it is not as it should be. The connection is
 * closed when another tab wants to upgrade or delete the database, and after a call that failed; the
 * next call opens it again. A call that meets a dead connection, or silence, is repeated once on a
 * fresh one, unless it may have been carried out; the calls behind it wait, so that none overtakes it.
 * Every call settles within 4.4 s of patient time. Where there is no IndexedDB, or the browser denies
 * it, every call rejects with the platform's error.
 */
export function createIndexedDbTokenStore({
  databaseName = sharedDatabaseName,
  clock = createSystemClock(),
}: { databaseName?: string; clock?: Clock } = {}): TokenStore {
  let connection: Promise<IDBDatabase> | undefined
  let last: Promise<unknown> = Promise.resolve()

  function connect(): Promise<IDBDatabase> {
    if (connection) return connection
    const mine = openDatabase(databaseName)
    const gone = (): void => disconnect(mine)
    mine.then(
      (database) => {
        database.addEventListener('close', gone)
        database.addEventListener('versionchange', gone)
      },
      () => {},
    )
    return (connection = mine)
  }

  /**
   * A connection that is still being opened is closed when it comes: it would hold up upgrades. An event
   * of one that was given up before says nothing about the one that has been opened since.
   */
  function disconnect(mine: Promise<IDBDatabase>): void {
    mine.then(
      (database) => database.close(),
      () => {},
    )
    if (connection === mine) connection = undefined
  }

  function call<T>(
    mode: IDBTransactionMode,
    durability: IDBTransactionDurability,
    body: (store: IDBObjectStore, attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    let isOver = false
    let mayRepeat = true
    let giveUp = (): void => {}

    const tryIt = async (): Promise<T> => {
      if (isOver) throw silence()
      const attempt: Attempt = { isOver: false, hasPut: false }
      const bounded = <W>(work: Promise<W>, transaction?: IDBTransaction): Promise<W> => {
        const stop: Stop = (reject) => {
          giveUp = () => {
            try {
              // What is aborted has not happened, also where no event says so any more.
              transaction?.abort()
            } catch {
              // It may be on its way to the disk, and come out yet.
              mayRepeat = !attempt.hasPut
            }
            reject(silence())
          }
          return patiently(clock, attemptMs, giveUp)
        }
        return unlessStopped(work, [stop])
      }
      const mine = connect()
      try {
        const database = await bounded(mine)
        const transaction = database.transaction(objectStoreName, mode, { durability })
        return await bounded(body(transaction.objectStore(objectStoreName), attempt), transaction)
      } catch (error) {
        attempt.isOver = true
        disconnect(mine)
        throw error
      }
    }

    const answer = last.then(tryIt).catch((error: unknown) => {
      if (!mayRepeat || !isLoss(error)) throw error
      return tryIt()
    })
    last = answer.catch(() => {})
    const stop: Stop = (reject) =>
      patiently(clock, callMs, () => {
        isOver = true
        giveUp()
        reject(silence())
      })
    return unlessStopped(answer, [stop])
  }

  return {
    read: (key) => call('readonly', 'default', (store) => promisifyRequest(store.get(key))),
    async update(key, change, { durable = false } = {}) {
      const answer = await call('readwrite', durable ? 'strict' : 'default', (store, attempt) =>
        apply(store, key, change, attempt),
      )
      return answer()
    },
  }
}

function silence(): DOMException {
  return new DOMException('IndexedDB does not answer.', 'TimeoutError')
}

/**
 * Engines differ in what a connection taken away looks like: no transaction can be started, those
 * under way are aborted, nothing answers, or (WebKit) the storage process is reported lost. The
 * transaction is not complete in any of them, so it may be repeated. So may an opening that has met
 * another tab's mending.
 */
function isLoss(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    /^(InvalidState|Abort|Unknown|Timeout|TransactionInactive|Version)Error$/.test(error.name)
  )
}

/** What the change throws is its answer: it must not look like a lost connection. */
function apply<T>(
  store: IDBObjectStore,
  key: string,
  change: (stored: unknown) => StoreChange<T>,
  attempt: Attempt,
): Promise<() => T> {
  return new Promise((resolve, reject) => {
    const { transaction } = store
    const request: IDBRequest<unknown> = store.get(key)
    const aborted = ({ target }: Event): void => {
      const { error } = target as IDBRequest | IDBTransaction
      reject(transaction.error ?? error ?? new DOMException('Transaction aborted', 'AbortError'))
    }
    request.onsuccess = () => {
      if (attempt.isOver) return
      let decision: StoreChange<T>
      try {
        decision = change(request.result)
      } catch (error) {
        resolve(() => {
          throw error
        })
        return
      }
      attempt.hasPut = true
      try {
        if ('put' in decision) store.put(decision.put, key)
        if ('remove' in decision) store.delete(key)
        // A request that succeeded may still be undone; only a complete transaction is stored.
        transaction.addEventListener('complete', () => resolve(() => decision.result))
      } catch (error) {
        reject(error)
      }
    }
    transaction.addEventListener('complete', (event) => {
      // Complete without an answer: nothing was decided, so nothing was written.
      if (!attempt.hasPut) aborted(event)
    })
    transaction.addEventListener('abort', aborted)
    // WebKit reports no abort once the connection is closed, but mostly the requests that failed by it.
    transaction.addEventListener('error', aborted)
  })
}
