import { patiently } from '../core/patience.ts'
import type { Clock, TokenStore } from '../core/ports.ts'
import { createMemoryTokenStore } from './memory-token-store.ts'

/** Why the primary store is not used: it refused, it said nothing in time, or there is none. */
export type FallbackCause = 'denied' | 'no-answer' | 'missing'

export interface FallbackOptions {
  readonly clock: Clock
  /** How long the primary store may take for its first answer. */
  readonly waitMs: number
  /** Called at most once, when this tab goes over to memory. */
  readonly onFallback: (cause: FallbackCause) => void
}

/**
 * Uses `primary` if it answers, else memory.
 *
 * The first call decides, by a read of `primary`: if that fails, or takes longer than `waitMs`, this
 * tab keeps to memory for good, because two stores in turn would make two sessions. After a first
 * answer the errors of `primary` are the caller's to deal with. Only a read is ever given up, so
 * nothing can be written late.
 */
export function createFallbackTokenStore(
  primary: TokenStore,
  { clock, waitMs, onFallback }: FallbackOptions,
): TokenStore {
  let chosen: Promise<TokenStore> | undefined

  const choose = async (firstRead: Promise<unknown>): Promise<TokenStore> => {
    const cause = await failureOf(firstRead, clock, waitMs)
    if (!cause) return primary
    onFallback(cause)
    return createMemoryTokenStore()
  }

  return {
    async read(key) {
      if (chosen) return (await chosen).read(key)
      const firstRead = primary.read(key)
      chosen = choose(firstRead)
      const store = await chosen
      return store === primary ? firstRead : store.read(key)
    },
    async update(key, change, options) {
      chosen ??= choose(primary.read(key))
      return (await chosen).update(key, change, options)
    },
  }
}

function failureOf(
  firstRead: Promise<unknown>,
  clock: Clock,
  waitMs: number,
): Promise<FallbackCause | undefined> {
  return new Promise((resolve) => {
    const cancel = patiently(clock, waitMs, () => resolve('no-answer'))
    firstRead
      .then(
        () => resolve(undefined),
        (error: unknown) => resolve(error instanceof ReferenceError ? 'missing' : 'denied'),
      )
      .finally(cancel)
  })
}
