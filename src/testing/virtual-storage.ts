import { createMemoryTokenStore } from '../adapters/memory-token-store.ts'
import type { TokenStore } from '../core/ports.ts'
import type { Observe } from './happenings.ts'
import type { Steps, TabProcess } from './steps.ts'

/**
 * Storage of all tabs. A transaction is carried out in one step; its tab is told of it in another. As
 * with IndexedDB, those of one tab keep their order.
 */
export interface VirtualStorage {
  of(tab: TabProcess): TokenStore
  /** What is stored now under the key that was used last. */
  stored(): unknown
  /** Whether storage refuses to write. */
  refuses: boolean
}

export function createVirtualStorage(steps: Steps, observe: Observe): VirtualStorage {
  const memory = createMemoryTokenStore()
  const queues = new Map<TabProcess, { isCarriedOut: boolean }[]>()
  let current: unknown

  function transact<T>(
    tab: TabProcess,
    words: 'read' | 'write' | 'durable write',
    carryOut: () => Promise<T>,
  ): Promise<T> {
    const queue = queues.get(tab) ?? []
    queues.set(tab, queue)
    const self = { isCarriedOut: false }
    queue.push(self)
    // What is to be written is decided by the page, so a page that is stopped writes nothing.
    const mayBegin = (): boolean => words === 'read' || tab.state === 'running'
    const isNext = (): boolean =>
      mayBegin() && queue.find(({ isCarriedOut }) => !isCarriedOut) === self
    const isReady = (): boolean => tab.state === 'running' && queue[0] === self
    return new Promise((resolve, reject) => {
      const tell = (label: string, run: () => void): void => {
        steps.add({
          kind: 'told',
          tab,
          label,
          isReady,
          run() {
            queue.shift()
            run()
          },
        })
      }
      const run = (): void => {
        self.isCarriedOut = true
        void carryOut().then(
          (result) => {
            const stored = current
            tell(`${tab.name} hears of its ${words}`, () => {
              observe({ type: 'told', tab, by: words === 'read' ? 'read' : 'write', stored })
              resolve(result)
            })
          },
          (error: unknown) =>
            tell(`${tab.name} hears that its ${words} failed`, () => reject(error)),
        )
      }
      const label = `storage carries out a ${words} of ${tab.name}`
      steps.add({ kind: 'storage', tab, label, isReady: isNext, run })
    })
  }

  const storage: VirtualStorage = {
    refuses: false,
    stored: () => current,
    of: (tab) => ({
      read(key) {
        observe({ type: 'read-begun', tab })
        return transact(tab, 'read', () => memory.read(key))
      },
      update: (key, change, how) =>
        transact(tab, how?.durable ? 'durable write' : 'write', async () => {
          if (storage.refuses) {
            observe({ type: 'refused', tab })
            throw new Error('Storage refuses.')
          }
          const before = current
          const result = await memory.update(key, change, how)
          current = await memory.read(key)
          observe({ type: 'wrote', tab, durable: how?.durable ?? false, before, after: current })
          return result
        }),
    }),
  }
  return storage
}
