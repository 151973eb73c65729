import * as fake from 'fake-indexeddb'
import { afterAll, beforeAll } from 'vitest'
import type { FaultyIndexedDb } from '../contracts/indexeddb.model.ts'

/** What this IndexedDB can be made to do. */
export const fakeIndexedDb: FaultyIndexedDb = {
  // The package types the parameter as the constructor; it takes a connection.
  forceClose: (connection) => fake.forceCloseDatabase(connection as never),
  deletionWaits: false,
  reportsAborts: true,
}

/** Puts an IndexedDB into the globals for the tests of this file, and takes it out afterwards. */
export function withIndexedDb(): void {
  const { default: _, forceCloseDatabase: __, ...globals } = fake
  const names = Object.keys(globals)
  beforeAll(() => {
    for (const [name, value] of Object.entries(globals)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    }
  })
  afterAll(() => {
    for (const name of names) Reflect.deleteProperty(globalThis, name)
  })
}
