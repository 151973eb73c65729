import { StorageError } from '../core/errors.ts'
import type { Clock, StoreChange, TokenStore } from '../core/ports.ts'
import { fits, isString } from '../core/shape.ts'

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
  /** Whether a page waits for what becomes of it. */
  readonly isFollowed?: unknown
  readonly createdAt: number
}

/** A sign-in that has come back, well or not. Nothing of it that could be used once more. */
export interface FinishedSignIn {
  readonly state: string
  readonly returnTo: string
  readonly finishedAt: number
  /** What has become of it, for the page that waits for it: nobody has looked into it. */
  readonly outcome?: unknown
}

/** All but `stored` reject with a {@link StorageError} if storage refuses. */
export interface SignInTransactions {
  add(transaction: SignInTransaction): Promise<void>
  /**
   * Takes a transaction out, for good, whatever becomes of it; only where it wanted to go is kept for
   * whoever opens its callback again. `undefined` if nothing is known of that state.
   */
  take(state: string): Promise<SignInTransaction | FinishedSignIn | undefined>
  /** Leaves word of what has become of a sign-in that was taken. */
  settle(state: string, outcome: unknown): Promise<void>
  /** All of them, as they lie in storage. Rejects as the store does. */
  stored(): Promise<unknown>
}

/** As long as a login page may stand open, and a callback in a tab that is restored. */
const livesMs = 86_400_000
/** Of each kind: a browser restores many tabs at once, all of which go to the login page. */
const most = 100

/** Several at a time, because several tabs may sign in at once; each can be taken once. */
export function createSignInTransactions(options: {
  readonly store: TokenStore
  readonly key: string
  readonly clock: Clock
}): SignInTransactions {
  const { store, key, clock } = options

  /** Those that storage still has to hold, oldest first, and the one that this is about. */
  function living(stored: unknown): readonly (SignInTransaction | FinishedSignIn)[] {
    const all: readonly unknown[] = Array.isArray(stored) ? stored : []
    const isRecent = (since: number): boolean => clock.now() - since < livesMs
    return [
      ...all.filter(isFinished).filter(({ finishedAt }) => isRecent(finishedAt)),
      ...all.filter(isTransaction).filter(({ createdAt }) => isRecent(createdAt)),
    ]
  }

  function update<T>(change: (stored: unknown) => StoreChange<T>): Promise<T> {
    return store.update(key, change).catch((cause: unknown) => {
      throw new StorageError('STORE_WRITE', 'Storage refused what a sign-in has to remember.', {
        cause,
      })
    })
  }

  return {
    add: (transaction) =>
      update((stored) => ({ put: newest([...living(stored), transaction]), result: undefined })),
    take: (state) =>
      update((stored): StoreChange<SignInTransaction | FinishedSignIn | undefined> => {
        const all = living(stored)
        const result = all.find((signIn) => signIn.state === state)
        if (!result || isFinished(result)) return { result }
        const { returnTo } = result
        const rest = all.filter((signIn) => signIn !== result)
        return { put: newest([...rest, { state, returnTo, finishedAt: clock.now() }]), result }
      }),
    settle: (state, outcome) =>
      update((stored) => ({
        put: living(stored).map((signIn) =>
          signIn.state === state ? { ...signIn, outcome } : signIn,
        ),
        result: undefined,
      })),
    stored: () => store.read(key),
  }
}

function newest<T>(signIns: readonly T[]): readonly T[] {
  return [signIns.filter(isFinished), signIns.filter(isTransaction)].flatMap((kind) =>
    kind.slice(-most),
  )
}

export function isTransaction(value: unknown): value is SignInTransaction {
  return fits(
    value,
    {
      state: isString,
      verifier: isString,
      redirectUri: (uri) => isString(uri) && URL.canParse(uri),
      returnTo: isString,
      createdAt: Number.isFinite,
    },
    { nonce: isString, scope: isString, maxAgeSeconds: Number.isFinite },
  )
}

function isFinished(value: unknown): value is FinishedSignIn {
  return fits(value, { state: isString, returnTo: isString, finishedAt: Number.isFinite })
}
