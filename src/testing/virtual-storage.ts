import { createMemoryTokenStore } from '../adapters/memory-token-store.ts'
import { storageBoundMs } from '../core/record/bounded-store.ts'
import type { Clock, TokenStore } from '../core/ports.ts'
import type { Observe } from './happenings.ts'
import type { Steps, TabProcess } from './steps.ts'

/**
 * Storage of all tabs. A transaction is carried out in one step; its tab is told of it in another. As
 * with IndexedDB, those of one tab keep their order. One that is lost keeps nobody waiting behind it.
 */
export interface VirtualStorage {
  of(tab: TabProcess): TokenStore
  /** Forgets what a tab waits for, as the end of its process does. What is carried out stays. */
  forget(tab: TabProcess): void
  /** What is stored now of the session. */
  stored(): unknown
  /** Puts a value there at once, without a step. */
  plant(key: string, value: unknown): Promise<void>
  /** Whether storage refuses to write. */
  refuses: boolean
}

/** What else is stored is of no interest to those who look on. */
const sessionPrefix = 'session '

export function createVirtualStorage(steps: Steps, clock: Clock, observe: Observe): VirtualStorage {
  const memory = createMemoryTokenStore()
  const queues = new Map<TabProcess, { isCarriedOut: boolean; readonly cancel: () => void }[]>()
  let current: unknown

  function transact<T>(
    tab: TabProcess,
    words: 'read' | 'write' | 'durable write',
    isSession: boolean,
    carryOut: () => Promise<T>,
    decide: () => unknown = () => {},
  ): Promise<T> {
    // Nothing that is gone goes on.
    if (tab.state === 'gone') return new Promise(() => {})
    const queue = queues.get(tab) ?? []
    queues.set(tab, queue)
    const cancel = clock.schedule(storageBoundMs, () => {
      if (isSession) observe({ type: 'silent', tab })
    })
    const self = { isCarriedOut: false, cancel }
    queue.push(self)
    const leave = (): void => void queue.splice(queue.indexOf(self), 1)
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
            cancel()
            leave()
            run()
          },
          lose: leave,
        })
      }
      const run = (): void => {
        self.isCarriedOut = true
        void carryOut().then(
          (result) => {
            const stored = current
            tell(`${tab.name} hears of its ${words}`, () => {
              const by = words === 'read' ? 'read' : 'write'
              if (isSession) observe({ type: 'told', tab, by, stored })
              resolve(result)
            })
          },
          (error: unknown) =>
            tell(`${tab.name} hears that its ${words} failed`, () => reject(error)),
        )
      }
      const label = `storage carries out a ${words} of ${tab.name}`
      const lose = ({ decided }: { readonly decided: boolean }): void => {
        if (decided && isNext()) decide()
        leave()
      }
      steps.add({ kind: 'storage', tab, label, isReady: isNext, run, lose })
    })
  }

  const storage: VirtualStorage = {
    refuses: false,
    stored: () => current,
    plant: (key, put) => memory.update(key, () => ({ put, result: undefined })),
    of: (tab) => ({
      read(key) {
        const isSession = key.startsWith(sessionPrefix)
        if (isSession) observe({ type: 'read-begun', tab })
        return transact(tab, 'read', isSession, () => memory.read(key))
      },
      update<T>(...[key, change, how]: Parameters<typeof memory.update<T>>) {
        const isSession = key.startsWith(sessionPrefix)
        const carryOut = async (): Promise<T> => {
          if (storage.refuses) {
            observe({ type: 'refused', tab })
            throw new Error('Storage refuses.')
          }
          const before = current
          const result = await memory.update(key, change, how)
          if (!isSession) return result
          current = await memory.read(key)
          observe({ type: 'wrote', tab, durable: how?.durable ?? false, before, after: current })
          return result
        }
        const words = how?.durable ? 'durable write' : 'write'
        return transact(tab, words, isSession, carryOut, () => isSession && change(current))
      },
    }),
    forget(tab) {
      for (const { cancel } of queues.get(tab) ?? []) cancel()
      queues.delete(tab)
    },
  }
  return storage
}
