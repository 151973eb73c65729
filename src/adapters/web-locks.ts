import type { LockManager } from '../core/ports.ts'

/**
 * Web Locks of this browser.
 *
 * A request that is still queued is withdrawn by `release`. A lock is never stolen from its holder:
 * the holder's code would run on, so that nothing would be exclusive any more. Where there are no
 * locks (insecure context, opaque origin, old browser) every request ends with `granted: false`.
 */
export function createWebLocks(): LockManager {
  return {
    request(name) {
      const letGo = new AbortController()
      const { signal } = letGo
      let held = false
      const granted = new Promise<boolean>((settle) => {
        const hold = async (): Promise<void> => {
          if (signal.aborted) return
          held = true
          settle(true)
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
        }
        const over = (): void => {
          held = false
          settle(false)
        }
        // The signal ends the waiting; once the lock is held, it is `hold` that listens to it. The
        // promise also rejects when a held lock is taken away, as WebKit's page cache does.
        const request = async () => navigator.locks.request(name, { signal }, hold)
        request().then(over, over)
      })

      return {
        granted,
        isHeld: () => held,
        release() {
          held = false
          letGo.abort()
        },
      }
    },
  }
}
