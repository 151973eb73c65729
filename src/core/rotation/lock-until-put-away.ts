import type { Page } from '../page.ts'
import type { Clock, LockHandle } from '../ports.ts'

/** A lock that is let go when the page is put away. */
export interface LockUntilPutAway extends LockHandle {
  /** Whether the page was put away meanwhile, even if it is back: nothing is known any more. */
  wasPutAway(): boolean
  /** Lets it go after so long, whatever its holder still waits for. The last word counts. */
  releaseIn(ms: number): void
}

/** Chromium takes a held lock into the back/forward cache, and whoever waits for it waits for ever. */
export function lockUntilPutAway(lock: LockHandle, page: Page, clock: Clock): LockUntilPutAway {
  let putAway = false
  let cancel = (): void => {}
  const unsubscribe = page.subscribe((event) => {
    if (event !== 'hide') return
    putAway = true
    release()
  })
  function release(): void {
    cancel()
    unsubscribe()
    lock.release()
  }
  return {
    granted: lock.granted,
    isHeld: lock.isHeld,
    release,
    wasPutAway: () => putAway,
    releaseIn(ms) {
      cancel()
      cancel = clock.schedule(ms, release)
    },
  }
}
