import { createMemoryLocks } from './memory-locks.ts'
import type { LockManager } from '../core/ports.ts'
import type { Observe } from './happenings.ts'
import type { Steps, TabProcess } from './steps.ts'

/** Locks of all tabs. The browser grants by itself; that a tab gets to know of it is a step. */
export interface VirtualLocks {
  of(tab: TabProcess): LockManager
  /** Takes away what a tab holds, as WebKit does from a page in its back/forward cache. */
  takeFrom(tab: TabProcess): void
  /** Lets go of everything a tab holds or waits for, as the end of its process does. */
  forget(tab: TabProcess): void
  /** Whether a tab knows that it holds a lock. */
  isHeldBy(tab: TabProcess): boolean
  /** Requests that are neither released nor withdrawn. */
  count(): number
}

export function createVirtualLocks(steps: Steps, observe: Observe): VirtualLocks {
  interface Request {
    readonly tab: TabProcess
    readonly isHeld: () => boolean
    readonly end: () => void
  }
  const locks = createMemoryLocks()
  const requests = new Set<Request>()

  function endAll(isMeant: (request: Request) => boolean): void {
    for (const request of [...requests].filter(isMeant)) request.end()
  }

  return {
    of: (tab) => ({
      request(name) {
        const inner = locks.request(name)
        observe({ type: 'lock-requested', tab })
        let held = false
        let isOver = false
        let withdraw = (): void => {}
        let settle: (held: boolean) => void
        const granted = new Promise<boolean>((resolve) => {
          settle = resolve
        })
        const request: Request = {
          tab,
          isHeld: () => held,
          end() {
            if (isOver) return
            isOver = true
            observe({ type: 'lock-released', tab, held })
            held = false
            requests.delete(request)
            withdraw()
            inner.release()
            // Nothing that is gone goes on.
            if (tab.state !== 'gone') settle(false)
          },
        }
        requests.add(request)
        void inner.granted.then((isTurn) => {
          if (!isTurn || isOver) return
          const run = (): void => {
            held = true
            observe({ type: 'lock-granted', tab })
            settle(true)
          }
          const isReady = (): boolean => tab.state === 'running'
          withdraw = steps.add({
            kind: 'lock',
            tab,
            label: `${tab.name} gets the lock`,
            isReady,
            run,
          })
        })
        return { granted, isHeld: request.isHeld, release: request.end }
      },
    }),
    takeFrom: (tab) => endAll((request) => request.tab === tab && request.isHeld()),
    forget: (tab) => endAll((request) => request.tab === tab),
    isHeldBy: (tab) => [...requests].some((request) => request.tab === tab && request.isHeld()),
    count: () => requests.size,
  }
}

/** What a browser without Web Locks has. */
export const noLocks: LockManager = {
  request: () => ({ granted: Promise.resolve(false), isHeld: () => false, release() {} }),
}
