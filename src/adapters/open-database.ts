import { promisifyRequest } from 'idb-keyval'

/** Of every manager of this origin. */
export const sharedDatabaseName = 'tokenring'
/** Where its records are, under keys of their own. */
export const objectStoreName = 'records'

/**
 * Opens a database of any version, and makes it fit where it is not: other scripts can make one of its
 * name, or another version of it. What they keep there is left to them.
 *
 * Rejects with the platform's error; with a `VersionError` if another tab has mended it meanwhile.
 */
export async function openDatabase(name: string): Promise<IDBDatabase> {
  // Some privacy settings leave the name and take away what it stands for.
  if (!(globalThis as Partial<typeof globalThis>).indexedDB) {
    throw new ReferenceError('There is no IndexedDB.')
  }
  const found = await open(name)
  if (isFitting(found)) return found
  // Open, it would stand in the way of its own upgrade.
  found.close()
  return open(name, found.version + 1)
}

function open(name: string, version?: number): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version)
  request.onupgradeneeded = () => {
    const { result: database, transaction } = request
    if (database.objectStoreNames.contains(objectStoreName)) {
      const inTheWay = transaction?.objectStore(objectStoreName)
      if (!inTheWay || takesKeys(inTheWay)) return
      inTheWay.name = `${objectStoreName} before ${database.version}`
    }
    database.createObjectStore(objectStoreName)
  }
  return promisifyRequest(request)
}

function isFitting(database: IDBDatabase): boolean {
  return (
    database.objectStoreNames.contains(objectStoreName) &&
    takesKeys(database.transaction(objectStoreName).objectStore(objectStoreName))
  )
}

/** Whether any value can be put under any key. */
function takesKeys(store: IDBObjectStore): boolean {
  return store.keyPath === null
}
