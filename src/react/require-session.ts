import { useEffect, useRef, type ReactNode } from 'react'
import type { SessionState } from '../core/session-state.ts'
import { useSession } from './use-session.ts'

type SignedOut = Extract<SessionState, { readonly status: 'signed-out' }>

export interface RequireSessionProps {
  /** Rendered only while there is a session. */
  readonly children?: ReactNode
  /** Rendered while there is none, and while it is not known yet. Default: nothing. */
  readonly fallback?: ReactNode
  /**
   * Called after rendering, once for each time that there is no session (any more). What it returns
   * is not looked at.
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
 *     <RequireSession fallback={<p>One moment …</p>} onSignedOut={() => auth.signIn()}>
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
  const session = useSession(toStanding)
  // StrictMode runs every effect twice, and a new function is no new sign-out; a ref outlasts both.
  const isTold = useRef(false)

  useEffect(() => {
    if (typeof session === 'string') {
      isTold.current = false
    } else if (!isTold.current) {
      isTold.current = true
      onSignedOut?.(session)
    }
  }, [session, onSignedOut])

  return session === 'signed-in' ? children : fallback
}

/** What there is to know here: renewals are none of it. */
function toStanding(state: SessionState): SignedOut | 'restoring' | 'signed-in' {
  return state.status === 'signed-out' ? state : state.status
}
