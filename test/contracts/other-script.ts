/** What another script of the origin does with a database, by its own connection. */
export interface OtherScript {
  readonly connection: IDBDatabase
  /** Keeps a transaction for writing open until the returned function is called. */
  readonly holdTransaction: () => () => void
  close(): void
}

/**
 * Opens a database as another script does, which does not close it for an upgrade of anybody's.
 *
 * @param upgrade What it makes of a database that is new, or of a lower version.
 */
export async function openOtherScript(
  databaseName: string,
  version?: number,
  upgrade: (database: IDBDatabase, transaction: IDBTransaction) => void = () => {},
): Promise<OtherScript> {
  const connection = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(databaseName, version)
    request.addEventListener('upgradeneeded', () =>
      upgrade(request.result, request.transaction as IDBTransaction),
    )
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error as DOMException))
  })
  return {
    connection,
    close: () => connection.close(),
    holdTransaction() {
      let isHeld = true
      const store = connection.transaction('records', 'readwrite').objectStore('records')
      const goOn = (): void => {
        if (isHeld) store.get('held').addEventListener('success', goOn)
      }
      goOn()
      return () => {
        isHeld = false
      }
    },
  }
}

/** What stands under a key, by a connection of its own. */
export async function valueIn(
  databaseName: string,
  storeName: string,
  key: IDBValidKey,
): Promise<unknown> {
  const other = await openOtherScript(databaseName)
  try {
    return await new Promise((resolve) => {
      const request = other.connection.transaction(storeName).objectStore(storeName).get(key)
      request.addEventListener('success', () => resolve(request.result))
    })
  } finally {
    other.close()
  }
}

/** Long enough for whatever can answer to do so. What stands in for IndexedDB in Node counts turns. */
export async function anyAnswers(): Promise<void> {
  if (!('setImmediate' in globalThis)) await new Promise((resolve) => setTimeout(resolve, 60))
  else for (let turn = 0; turn < 100; turn += 1) await new Promise((next) => setImmediate(next))
}
