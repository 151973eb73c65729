import { inPage } from '../harness.ts'
import type { AnyPage } from '../drivers.ts'
import { databaseName } from './record.ts'

declare global {
  interface Window {
    letGo?: () => void
  }
}

/** Has the page hold a transaction for writing open in the library's database, for so long at most. */
export function holdTransaction(page: AnyPage, longestMs: number): Promise<void> {
  return inPage(
    page,
    (order) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(order.databaseName)
        opening.addEventListener('error', () => reject(new Error('The database does not open.')))
        opening.addEventListener('success', () => {
          const until = performance.now() + order.longestMs
          let isHeld = true
          window.letGo = () => {
            isHeld = false
          }
          const store = opening.result.transaction('records', 'readwrite').objectStore('records')
          const goOn = (): void => {
            resolve()
            if (isHeld && performance.now() < until) {
              store.get('held').addEventListener('success', goOn)
            } else opening.result.close()
          }
          store.get('held').addEventListener('success', goOn)
        })
      }),
    { databaseName, longestMs },
  )
}

/** Has the page open the library's database as it is, or would be without the library, and close it. */
export function openAndClose(page: AnyPage): Promise<void> {
  return inPage(
    page,
    (name) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.addEventListener('error', () => reject(new Error('The database does not open.')))
        opening.addEventListener('success', () => {
          opening.result.close()
          resolve()
        })
      }),
    databaseName,
  )
}
