import type { LockManager } from '../core/ports.ts'

/** Locks between managers of one page or test, granted in the order of the requests. */
export function createMemoryLocks(): LockManager {
  const queues = new Map<string, (() => void)[]>()

  return {
    request(name) {
      const queue = queues.get(name) ?? []
      queues.set(name, queue)
      const grantFirst = (): void => queueMicrotask(() => queue[0]?.())

      let held = false
      let settle: (held: boolean) => void
      const granted = new Promise<boolean>((resolve) => {
        settle = resolve
      })
      const grant = (): void => {
        held = true
        settle(true)
      }
      queue.push(grant)
      grantFirst()

      return {
        granted,
        isHeld: () => held,
        release() {
          const place = queue.indexOf(grant)
          if (place < 0) return
          queue.splice(place, 1)
          held = false
          settle(false)
          grantFirst()
        },
      }
    },
  }
}
