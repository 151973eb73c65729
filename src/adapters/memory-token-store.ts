import type { TokenStore } from '../core/ports.ts'

/** Keeps values in memory: gone with the page, and seen by nobody else. */
export function createMemoryTokenStore(values: Map<string, unknown> = new Map()): TokenStore {
  return {
    read: async (key) => structuredClone(values.get(key)),
    update: async (key, change) => {
      const decision = change(structuredClone(values.get(key)))
      if ('put' in decision) values.set(key, structuredClone(decision.put))
      if ('remove' in decision) values.delete(key)
      return decision.result
    },
  }
}
