import { StorageError } from '../core/errors.ts'
import type { Clock, StoreChange, TokenStore } from '../core/ports.ts'
import { isJsonObject } from './token-endpoint.ts'

/** What a sign-in has to remember until its callback comes. */
export interface SignInTransaction {
  readonly state: string
  /** PKCE code verifier (RFC 7636). */
  readonly verifier: string
  readonly nonce?: string
  readonly redirectUri: string
  readonly scope?: string
  readonly returnTo: string
  readonly maxAgeSeconds?: number
  readonly senderKey?: unknown
  readonly createdAt: number
}

/** Both reject with a {@link StorageError} if storage refuses. */
export interface SignInTransactions {
  add(transaction: SignInTransaction): Promise<void>
  /** Takes a transaction out, for good, whatever becomes of it. `undefined` if there is none. */
  take(state: string): Promise<SignInTransaction | undefined>
}

const livesMs = 3_600_000
const most = 16

/** Several at a time, because several tabs may sign in at once; each can be taken once. */
export function createSignInTransactions(options: {
  readonly store: TokenStore
  readonly key: string
  readonly clock: Clock
}): SignInTransactions {
  const { store, key, clock } = options
  const living = (stored: unknown): readonly SignInTransaction[] =>
    Array.isArray(stored)
      ? stored.filter(isTransaction).filter(({ createdAt }) => clock.now() - createdAt < livesMs)
      : []
  function update<T>(change: (stored: unknown) => StoreChange<T>): Promise<T> {
    return store.update(key, change).catch((cause: unknown) => {
      throw new StorageError(
        'STORE_WRITE',
        'What a sign-in has to remember could not be read or written: storage refused.',
        { cause },
      )
    })
  }

  return {
    add: (transaction) =>
      update((stored) => ({
        put: [...living(stored), transaction].slice(-most),
        result: undefined,
      })),
    take: (state) =>
      update((stored) => {
        const all = living(stored)
        const result = all.find((transaction) => transaction.state === state)
        const rest = all.filter((transaction) => transaction !== result)
        return rest.length > 0 ? { put: rest, result } : { remove: true, result }
      }),
  }
}

const shape = {
  state: ['string'],
  verifier: ['string'],
  nonce: ['string', 'undefined'],
  redirectUri: ['string'],
  scope: ['string', 'undefined'],
  returnTo: ['string'],
  maxAgeSeconds: ['number', 'undefined'],
  createdAt: ['number'],
}

function isTransaction(value: unknown): value is SignInTransaction {
  return (
    isJsonObject(value) &&
    Object.entries(shape).every(([name, types]) => types.includes(typeof value[name]))
  )
}
