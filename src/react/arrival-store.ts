import type {
  ConfigurationError,
  DisposedError,
  SignInError,
  StorageError,
} from '../core/errors.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'

/** The state that the hooks show. */
export type SessionStore = Pick<TokenManager, 'getState' | 'subscribe'>

/** Why a sign-in has come to nothing. */
export type SignInFailure = SignInError | ConfigurationError | StorageError

/** Who is told what became of the sign-in whose callback this page is. */
export interface ArrivalHandlers {
  readonly onSignedIn?: ((returnTo: string) => unknown) | undefined
  readonly onSignInError?: ((error: SignInFailure) => unknown) | undefined
}

export interface ArrivalStore extends SessionStore {
  /** Finishes the callback, if the page is one; once, however often it is called. */
  finish(handlers: () => ArrivalHandlers): void
}

const restoring: SessionState = { status: 'restoring' }

/**
 * The manager's state, but nobody is shown as signed out while their sign-in may be being finished:
 * the page would offer another one, or begin it. One that failed is the `error` of the state.
 */
export function createArrivalStore(manager: TokenManager): ArrivalStore {
  const listeners = new Set<() => void>()
  let isBegun = false
  let isOver = false
  /** The state that a failure left, and what is shown of it until there is another one. */
  let failed: SessionState | undefined
  let shown: SessionState | undefined

  function end(error?: SignInFailure): void {
    isOver = true
    const state = manager.getState()
    if (error && state.status === 'signed-out') {
      failed = state
      shown = { ...state, error }
    }
    for (const listener of listeners) listener()
  }

  return {
    getState() {
      const state = manager.getState()
      if (state.status === 'signed-out' && !isOver) return restoring
      return state === failed && shown ? shown : state
    },
    subscribe(listener) {
      const listen = (): void => listener(manager.getState())
      listeners.add(listen)
      const unsubscribe = manager.subscribe(listen)
      return () => {
        listeners.delete(listen)
        unsubscribe()
      }
    },
    finish(handlers) {
      if (isBegun) return
      isBegun = true
      void manager.handleRedirect().then(
        (arrived) => {
          end()
          if (arrived) handlers().onSignedIn?.(arrived.returnTo)
        },
        (error: SignInFailure | DisposedError) => {
          // A module that is loaded anew disposes of its manager: that is no failure.
          if (error.name === 'DisposedError') return
          end(error)
          handlers().onSignInError?.(error)
        },
      )
    },
  }
}
