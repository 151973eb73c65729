import { patiently } from '../patiently.ts'
import type { AbortSignalLike, Clock, StoreChange, TokenStore } from '../ports.ts'
import { onAbort, unlessStopped } from '../until.ts'

/** Storage that has not answered a call for so long is not waited for any more. */
export const storageBoundMs = 5_000

/** A store every call of which settles. */
export interface BoundedStore extends TokenStore {
  /** @param late Hears the answer if it comes when nobody waits for it any more. */
  read(key: string, late?: (stored: unknown) => void): Promise<unknown>
  /** @param late The same, with no result where it was withdrawn, and what was stored before. */
  update<T>(
    key: string,
    change: (stored: unknown) => StoreChange<T>,
    options?: { readonly durable?: boolean },
    late?: (result: T | undefined, stored: unknown) => void,
  ): Promise<T>
}

/**
 * Bounds the calls of a store.
 *
 * An update that is given up is withdrawn: if its `change` is called after that, it leaves everything
 * as it is. So one that was never decided has not happened and never will. One that was decided may
 * have been written or not; whoever reads or updates next is told, because nothing comes between the
 * read and the write of an update.
 *
 * @param disposal Ends the waiting for reads: what is still to be written is waited for all the same.
 */
export function createBoundedStore(
  store: TokenStore,
  clock: Clock,
  disposal?: AbortSignalLike,
): BoundedStore {
  function bounded<T>(work: Promise<T>, giveUp: () => void, end?: AbortSignalLike): Promise<T> {
    const silence = (reject: (reason: Error) => void): (() => void) =>
      patiently(clock, storageBoundMs, () => {
        giveUp()
        reject(new Error('Storage does not answer.'))
      })
    return unlessStopped(work, [silence, onAbort(end)])
  }

  return {
    async read(key, late = () => {}) {
      const work = store.read(key)
      return bounded(work, () => void work.then(late).catch(() => {}), disposal)
    },
    async update<T>(
      key: string,
      change: (stored: unknown) => StoreChange<T>,
      options?: { readonly durable?: boolean },
      late: (result: T | undefined, stored: unknown) => void = () => {},
    ): Promise<T> {
      let isGivenUp = false
      let before: unknown
      const work = store.update<T | undefined>(
        key,
        (stored) => {
          before = stored
          return isGivenUp ? { result: undefined } : change(stored)
        },
        options,
      ) as Promise<T>
      return bounded(work, () => {
        isGivenUp = true
        work.then((result) => late(result, before)).catch(() => {})
      })
    },
  }
}
