import { patiently } from '../core/patiently.ts'
import type { AbortSignalLike, Clock, StoreChange, TokenStore } from '../core/ports.ts'
import { unlessStopped, type Stop } from '../core/until.ts'
import { createMemoryTokenStore } from './memory-token-store.ts'

/** Why the primary store is not used: it refused, it said nothing in time, or there is none. */
export type FallbackCause = 'denied' | 'no-answer' | 'missing'

export interface FallbackOptions {
  readonly clock: Clock
  /** How long the primary store may take for its first answer. */
  readonly waitMs: number
  /** Called at most once, when this tab goes over to memory. */
  readonly onFallback: (cause: FallbackCause) => void
  /** Called at most once, when the primary store has answered after all and is used again. */
  readonly onReturn: () => void
  /** Whether what this tab has kept meanwhile counts more than what is stored. */
  readonly wasDecidedLater: (kept: unknown, stored: unknown) => boolean
  /** Once aborted, the primary store is not asked any more unless somebody calls. */
  readonly disposal: AbortSignalLike
}

/** How often a primary store that is not used may be asked whether it answers now. */
const askEveryMs = 10_000

/**
 * Uses `primary` if it answers, else memory until it does.
 *
 * The first call decides, by a read of `primary`: if that fails, or takes longer than `waitMs`, this
 * tab goes on in memory. It takes a whole store there, not a decision that is carried on, because a
 * rotation claims, compares and commits in it. Once a read of `primary` is answered, memory is over
 * for good, so that a session is never written to two places by turns. What was kept under a key is
 * laid over what is stored by the next call for that key, within the transaction of that call, until
 * one has fulfilled. From then on the errors of `primary` are the caller's to deal with, as they are
 * after a first answer in time. Only reads are ever given up, so nothing can be written late.
 */
export function createFallbackTokenStore(
  primary: TokenStore,
  { clock, waitMs, onFallback, onReturn, wasDecidedLater, disposal }: FallbackOptions,
): TokenStore {
  const kept = new Map<string, unknown>()
  const memory = createMemoryTokenStore(kept)
  let decided: Promise<void> | undefined
  /** Why this tab is in memory; nothing, if it is not. */
  let cause: FallbackCause | undefined
  let isAsking = false
  let notBeforeMonotonic = 0
  let cancel = (): void => {}
  disposal.addEventListener('abort', () => cancel())

  async function decide(key: string, firstRead = primary.read(key)): Promise<void> {
    notBeforeMonotonic = clock.monotonic() + askEveryMs
    const silence: Stop<FallbackCause> = (_, resolve) =>
      patiently(clock, waitMs, () => resolve('no-answer'))
    const failure = firstRead.then(() => undefined, causeOf)
    cause = await unlessStopped<FallbackCause | undefined>(failure, [silence])
    if (!cause) return
    onFallback(cause)
    hear(firstRead)
    // Storage that refuses will go on to, unless the user does something; silence passes by itself.
    if (cause === 'no-answer') keepAsking(key)
  }

  function hear(read: Promise<unknown>): void {
    isAsking = true
    read
      .then(goBack, () => {})
      .finally(() => {
        isAsking = false
      })
  }

  function goBack(): void {
    cause = undefined
    cancel()
    onReturn()
  }

  function ask(key: string): void {
    if (cause === 'missing' || isAsking || clock.monotonic() < notBeforeMonotonic) return
    notBeforeMonotonic = clock.monotonic() + askEveryMs
    hear(primary.read(key))
  }

  function keepAsking(key: string): void {
    if (disposal.aborted) return
    cancel = clock.schedule(askEveryMs, () => {
      keepAsking(key)
      ask(key)
    })
  }

  async function update<T>(
    key: string,
    change: (stored: unknown) => StoreChange<T>,
    options?: { readonly durable?: boolean },
  ): Promise<T> {
    if (!kept.has(key)) return primary.update(key, change, options)
    const mine = kept.get(key)
    const layOver = (stored: unknown): StoreChange<T> => {
      if (!wasDecidedLater(mine, stored)) return change(stored)
      const decision = change(mine)
      return 'put' in decision || 'remove' in decision ? decision : { ...decision, put: mine }
    }
    const result = await primary.update(key, layOver, options)
    kept.delete(key)
    return result
  }

  return {
    async read(key) {
      const firstRead = decided ? undefined : primary.read(key)
      decided ??= decide(key, firstRead)
      await decided
      if (cause) {
        ask(key)
        return memory.read(key)
      }
      if (firstRead) return firstRead
      return kept.has(key)
        ? update(key, (stored) => ({ result: stored }), { durable: true })
        : primary.read(key)
    },
    async update(key, change, options) {
      decided ??= decide(key)
      await decided
      return cause ? memory.update(key, change) : update(key, change, options)
    },
  }
}

function causeOf(error: unknown): FallbackCause {
  if (error instanceof ReferenceError) return 'missing'
  return (error as Partial<Error> | undefined)?.name === 'TimeoutError' ? 'no-answer' : 'denied'
}
