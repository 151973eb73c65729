import { vi } from 'vitest'

/** What can happen to one write, after its change has decided. */
export type WriteFault =
  'aborted' | 'storage lost' | 'aborted twice' | 'no room' | 'no room after all'

/** What can happen to a connection, or to the next opening. */
export type ConnectionFault =
  | 'ends with its transactions'
  | 'ends'
  | 'closes without a word'
  | 'database deleted'
  | 'opening throws'
  | 'opening is denied'
  | 'opening fails'

export interface IndexedDbFaults {
  /** Lets this happen to the write that follows within this turn. */
  readonly arm: (fault: WriteFault) => void
  /**
   * Fulfils once it has happened; most have at once.
   *
   * @param pick Which of the open connections is meant, if it is about one.
   */
  readonly happen: (fault: ConnectionFault, pick: number) => Promise<void>
  /** Connections that were not closed, neither by us nor by a fault. */
  readonly openConnections: () => readonly IDBDatabase[]
}

/**
 * Makes faults happen to everything that uses IndexedDB, until mocks are restored.
 *
 * @param forceClose Closes a connection as the browser does, with a `close` event.
 */
export function injectFaults(
  databaseName: string,
  forceClose: (connection: IDBDatabase) => void,
  onDeleted: () => void,
): IndexedDbFaults {
  const { open } = IDBFactory.prototype
  const { put } = IDBObjectStore.prototype
  let armed: WriteFault | undefined

  const opening = vi.spyOn(IDBFactory.prototype, 'open')
  const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction')
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    value: unknown,
    key,
  ) {
    const fault = armed
    armed = undefined
    const full = new DOMException('Full', 'QuotaExceededError')
    if (fault === 'no room') throw full
    const { transaction } = this
    const lost = new DOMException('Connection to the server lost', 'UnknownError')
    const reason = { 'no room after all': full, 'storage lost': lost }[fault as string]
    if (reason) Object.defineProperty(transaction, 'error', { get: () => reason, set: () => {} })
    if (fault) queueMicrotask(() => transaction.abort())
    return put.call(this, value, key)
  })

  const openConnections = (): IDBDatabase[] =>
    opening.mock.results.flatMap(({ type, value }) => {
      const request = value as IDBOpenDBRequest
      const isOpen = type === 'return' && request.readyState === 'done' && !request.error
      return isOpen && request.result.name === databaseName && !isClosed(request.result)
        ? [request.result]
        : []
    })

  const abortAll = (connection: IDBDatabase): void => {
    for (const { type, value } of transactions.mock.results) {
      const transaction = value as IDBTransaction
      if (type === 'return' && transaction.db === connection) abort(transaction)
    }
  }

  return {
    arm(fault) {
      armed = fault
    },
    openConnections,
    async happen(fault, pick) {
      const connections = openConnections()
      const connection = connections[pick % connections.length]
      if (connection && fault === 'ends with its transactions') abortAll(connection)
      if (connection && fault.startsWith('ends')) forceClose(connection)
      if (fault === 'closes without a word') connection?.close()
      if (fault === 'opening throws') failNextOpening('UnknownError')
      if (fault === 'opening is denied') failNextOpening('SecurityError')
      if (fault === 'opening fails') opening.mockImplementationOnce(openAndAbort)
      if (fault === 'database deleted') {
        await new Promise<void>((resolve) => {
          indexedDB.deleteDatabase(databaseName).addEventListener('success', () => {
            onDeleted()
            resolve()
          })
        })
      }
    },
  }

  function failNextOpening(name: string): void {
    opening.mockImplementationOnce(() => {
      throw new DOMException('Refused', name)
    })
  }

  function openAndAbort(): IDBOpenDBRequest {
    const request = open.call(indexedDB, crypto.randomUUID(), 1)
    // After the listener of whoever opens.
    queueMicrotask(() =>
      request.addEventListener('upgradeneeded', () => request.transaction?.abort()),
    )
    return request
  }
}

function isClosed(connection: IDBDatabase): boolean {
  try {
    connection.transaction('records').abort()
    return false
  } catch (error) {
    return (error as Error).name === 'InvalidStateError'
  }
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It was complete.
  }
}
