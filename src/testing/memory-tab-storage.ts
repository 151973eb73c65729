import type { TabStorage } from '../core/ports.ts'

/** A tab's memory without a tab: what is made once outlives every manager it is given to. */
export function createMemoryTabStorage(): TabStorage {
  const values = new Map<string, string>()

  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (value === undefined) values.delete(key)
      else values.set(key, value)
    },
  }
}
