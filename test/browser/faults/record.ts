import type { AnyPage } from '../drivers.ts'
import { inPage } from '../harness.ts'

/** The library's database, as anybody in the origin may look at it and write to it. */
export const databaseName = 'tokenring'

/** Every key and value of the library's database. Makes no database if there is none. */
export function storedEntries(page: AnyPage): Promise<readonly (readonly [string, unknown])[]> {
  return inPage(
    page,
    async (name) => {
      const databases = await indexedDB.databases()
      if (!databases.some((database) => database.name === name)) return []
      return new Promise<[string, unknown][]>((resolve, reject) => {
        const opening = indexedDB.open(name)
        const fail = (): void => reject(new Error('The database does not open.'))
        opening.addEventListener('error', fail)
        opening.addEventListener('success', () => {
          const database = opening.result
          const transaction = database.transaction('records')
          const keys = transaction.objectStore('records').getAllKeys()
          const values = transaction.objectStore('records').getAll()
          transaction.addEventListener('complete', () => {
            database.close()
            const names = keys.result as string[]
            resolve(names.map((key, index) => [key, values.result[index] as unknown]))
          })
        })
      })
    },
    databaseName,
  )
}

/** The key and the value of the session's record. */
export async function sessionRecord(page: AnyPage): Promise<readonly [string, object]> {
  const entries = await storedEntries(page)
  const entry = entries.find(([key]) => key.startsWith('session '))
  if (!entry) throw new Error('There is no record of a session.')
  return [entry[0], entry[1] as object]
}

/** Writes a value as another version of the app would, or another script of the page. */
export function overwrite(page: AnyPage, key: string, value: object): Promise<void> {
  return inPage(
    page,
    (order) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(order.databaseName)
        const fail = (): void => reject(new Error('The database does not open.'))
        opening.addEventListener('error', fail)
        opening.addEventListener('success', () => {
          const database = opening.result
          const transaction = database.transaction('records', 'readwrite')
          transaction.objectStore('records').put(order.value, order.key)
          transaction.addEventListener('complete', () => {
            database.close()
            resolve()
          })
        })
      }),
    { databaseName, key, value },
  )
}

/** Deletes the whole database under the tabs that use it. */
export function deleteDatabase(page: AnyPage): Promise<void> {
  return inPage(
    page,
    (name) =>
      new Promise<void>((resolve, reject) => {
        const deletion = indexedDB.deleteDatabase(name)
        deletion.addEventListener('success', () => resolve())
        const fail = (): void => reject(new Error('The database is not deleted.'))
        deletion.addEventListener('error', fail)
      }),
    databaseName,
  )
}
