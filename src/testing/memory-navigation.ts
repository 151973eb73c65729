import type { Navigation } from '../core/ports.ts'

export interface MemoryNavigation extends Navigation {
  /** Where the page was told to go, oldest first. It never does go. */
  readonly left: readonly string[]
  /** Whether it was told to close the window. It never does. */
  readonly isClosed: boolean
}

/** An address bar without a page. */
export function createMemoryNavigation(url: string): MemoryNavigation {
  const left: string[] = []
  let current = new URL(url).href
  let isClosed = false

  return {
    left,
    get isClosed() {
      return isClosed
    },
    currentUrl: () => current,
    baseUrl: () => current,
    replaceUrl(next) {
      current = new URL(next, current).href
    },
    leaveFor(next) {
      left.push(new URL(next, current).href)
    },
    close() {
      isClosed = true
    },
  }
}
