import { patiently } from './patience.ts'
import type { Clock, TokenStore } from './ports.ts'
import { unlessStopped } from './until.ts'

/** Storage that has not answered a call for so long is not waited for any more. */
export const storageBoundMs = 5_000

/**
 * A store every call of which settles, whatever becomes of the one it is made for.
 *
 * An update that is given up is withdrawn: if its `change` is called after that, it leaves everything
 * as it is. So one that was never decided has not happened and never will. One that was decided may
 * have been written or not; whoever reads or updates next is told, because nothing comes between the
 * read and the write of an update.
 */
export function createBoundedStore(store: TokenStore, clock: Clock): TokenStore {
  function bounded<T>(work: Promise<T>, withdraw = (): void => {}): Promise<T> {
    const silence = (reject: (reason: Error) => void): (() => void) =>
      patiently(clock, storageBoundMs, () => {
        withdraw()
        reject(new Error('Storage does not answer.'))
      })
    return unlessStopped(work, [silence])
  }

  return {
    read: async (key) => bounded(store.read(key)),
    async update<T>(...[key, change, options]: Parameters<typeof store.update<T>>) {
      let isWithdrawn = false
      const work = store.update<T | undefined>(
        key,
        (stored) => (isWithdrawn ? { result: undefined } : change(stored)),
        options,
      )
      // Whoever would get the result of a withdrawn one has stopped waiting.
      return bounded(work as Promise<T>, () => {
        isWithdrawn = true
      })
    },
  }
}
