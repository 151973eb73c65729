import type { TabStorage } from '../core/ports.ts'

/** `sessionStorage`; where that is missing, denied or full, the memory of this page. */
export function createTabStorage(): TabStorage {
  /** What `sessionStorage` has refused, removals included. */
  const refused = new Map<string, string | undefined>()

  return {
    get(key) {
      if (refused.has(key)) return refused.get(key)
      try {
        return sessionStorage.getItem(key) ?? undefined
      } catch {
        return undefined
      }
    },
    set(key, value) {
      refused.delete(key)
      try {
        if (value === undefined) sessionStorage.removeItem(key)
        else sessionStorage.setItem(key, value)
      } catch {
        refused.set(key, value)
      }
    },
  }
}
