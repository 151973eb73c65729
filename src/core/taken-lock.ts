import type { Page } from './page.ts'
import type { LockHandle } from './ports.ts'

/** A lock that is let go when the page is put away. */
export interface TakenLock extends LockHandle {
  /** Whether the page was put away meanwhile, even if it is back: nothing is known any more. */
  wasPutAway(): boolean
}

/** Chromium takes a held lock into the back/forward cache, and whoever waits for it waits for ever. */
export function takeLock(lock: LockHandle, page: Page): TakenLock {
  let putAway = false
  const unsubscribe = page.subscribe((event) => {
    if (event !== 'hide') return
    putAway = true
    release()
  })
  function release(): void {
    unsubscribe()
    lock.release()
  }
  return { granted: lock.granted, isHeld: lock.isHeld, release, wasPutAway: () => putAway }
}
