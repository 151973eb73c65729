import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { SessionState } from '../core/session/session-state.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { useAuth } from './use-auth.ts'
import { useSession } from './use-session.ts'

type SignedOut = Extract<SessionState, { readonly status: 'signed-out' }>

/** What there is to show in place of what requires a session. */
export interface FallbackState {
  /** Something to wait for: the stored session is being read, or what was begun goes on. */
  readonly isPending: boolean
  /** What `onSignedOut`, or since then `signIn`, rejected with. */
  readonly error: unknown
  /** Begins a sign-in, for a button. What it rejects with is the `error` then. */
  readonly signIn: (options?: Parameters<TokenManager['signIn']>[0]) => void
}

export interface RequireSessionProps {
  /** Rendered only while there is a session. */
  readonly children?: ReactNode
  /**
   * Rendered while there is none, and while it is not known yet; a function is told what to show.
   * Default: nothing.
   */
  readonly fallback?: ReactNode | ((state: FallbackState) => ReactNode)
  /**
   * Called after rendering, once for each time that there is no session (any more). It may return a
   * promise, such as that of `signIn`: a `fallback` that is a function hears what becomes of it.
   */
  readonly onSignedOut?: ((state: SignedOut) => unknown) | undefined
}

/**
 * Renders its children only for a user who is signed in. What keeps the user from seeing the data is
 * the API, which wants a token; this keeps the page from asking for it.
 *
 * @throws {Error} There is no `AuthProvider` above this component.
 *
 * @example
 *
 * ```tsx
 * import { RequireSession, useAuth } from 'tokenring/react'
 *
 * export function Private() {
 *   const auth = useAuth()
 *   return (
 *     <RequireSession
 *       onSignedOut={() => auth.signIn()}
 *       fallback={({ isPending, signIn }) =>
 *         isPending ? <p>One moment …</p> : <button onClick={() => signIn()}>Sign in</button>
 *       }
 *     >
 *       <p>Your orders</p>
 *     </RequireSession>
 *   )
 * }
 * ```
 */
export function RequireSession({
  children,
  fallback,
  onSignedOut,
}: RequireSessionProps): ReactNode {
  const auth = useAuth()
  const session = useSession(toStanding)
  // StrictMode runs every effect twice, and a new function is no new sign-out; a ref outlasts both.
  const isTold = useRef(false)
  const latest = useRef({})
  const [progress, setProgress] = useState<Progress>()
  const isHeard = typeof fallback === 'function'

  /** Shows what becomes of it, unless something else was begun, or a session, meanwhile. */
  function follow(work: unknown): void {
    // Nobody is told of a failure: then it comes out by itself.
    if (!isHeard) return
    const mine = (latest.current = {})
    const end = (error?: unknown): void => {
      if (latest.current === mine) setProgress({ isPending: false, error })
    }
    setProgress({ isPending: true })
    Promise.resolve(work).then(() => end(), end)
  }

  useEffect(() => {
    if (typeof session === 'string') {
      isTold.current = false
      latest.current = {}
      setProgress(undefined)
    } else if (!isTold.current) {
      isTold.current = true
      if (onSignedOut) follow(onSignedOut(session))
    }
  }, [session, onSignedOut])

  if (session === 'signed-in') return children
  if (!isHeard) return fallback
  // Before the effect nobody knows yet what it will begin; a button would flash.
  const { isPending, error } = progress ?? {
    isPending: session === 'restoring' || onSignedOut !== undefined,
  }
  return fallback({ isPending, error, signIn: (options) => follow(auth.signIn(options)) })
}

interface Progress {
  readonly isPending: boolean
  readonly error?: unknown
}

/** What there is to know here: renewals are none of it. */
function toStanding(state: SessionState): SignedOut | 'restoring' | 'signed-in' {
  return state.status === 'signed-out' ? state : state.status
}
