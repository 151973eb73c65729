import { Fragment, createElement, useEffect, useRef, useState, type ReactNode } from 'react'
import type { SessionState } from '../core/session/session-state.ts'
import type { FallbackState, NoticeState, SignedOut } from '../manager/required-session.ts'
import { useAuth } from './use-auth.ts'
import { useKeptPage } from './use-kept-page.ts'
import { useSession } from './use-session.ts'

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
   * promise, such as that of `signIn`: a `fallback` that is a function hears what becomes of it. Not
   * called while there is a `notice`, nor after a sign-in that the provider has finished came to
   * nothing: a page that tries again by itself would be refused again.
   */
  readonly onSignedOut?: ((state: SignedOut) => unknown) | undefined
  /**
   * Rendered above the children when the session has ended by itself (`rejected`, `rotation-lost`,
   * `refused`, `expired`, `key-lost`): they stay, with all their state, until the same user is back.
   * Every other end takes them off the page, and so does a session of another user, or of nobody knows
   * whom. A function is told why. Default: none, and every end does.
   */
  readonly notice?: ReactNode | ((state: NoticeState) => ReactNode)
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
 *       onSignedOut={({ reason }) => (reason === 'never' ? auth.signIn() : undefined)}
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
  notice,
}: RequireSessionProps): ReactNode {
  const auth = useAuth()
  const session = useSession(toStanding)
  const page = useKeptPage(notice !== undefined)
  const isKept = page.standing === 'kept'
  // StrictMode runs every effect twice, and a new function is no new sign-out; a ref outlasts both.
  const isTold = useRef(false)
  const latest = useRef({})
  const [progress, setProgress] = useState<Progress>()
  const hasFallback = typeof fallback === 'function'
  const failure = typeof session === 'object' ? failureOf(session) : undefined

  /** Shows what becomes of it, unless something else was begun, or a session, meanwhile. */
  function follow(work: unknown): void {
    // Nobody is told of a failure: then it comes out by itself.
    if (!hasFallback && !isKept) return
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
    } else if (!isTold.current && !isKept) {
      isTold.current = true
      if (onSignedOut && !failure) follow(onSignedOut(session))
    }
  }, [session, onSignedOut, isKept])

  const begin: Pick<FallbackState, 'signIn' | 'follow'> = {
    signIn: (options) => follow(auth.signIn(options)),
    follow,
  }
  if (notice && page.standing !== 'hidden') {
    const { isPending = false, error } = progress ?? {}
    const said =
      typeof session === 'object' &&
      (typeof notice === 'function'
        ? notice({ reason: session.reason, isPending, error, ...begin })
        : notice)
    // In one place whether or not there is something to say, so that React lets them be.
    return createElement(Fragment, null, said, createElement(Fragment, { key: page.key }, children))
  }
  if (session === 'signed-in') return children
  if (!hasFallback) return fallback
  // Before the effect nobody knows yet what it will begin; a button would flash.
  const { isPending, error } = progress ?? {
    isPending: !failure && (session === 'restoring' || onSignedOut !== undefined),
    error: failure,
  }
  return fallback({ isPending, error, ...begin })
}

interface Progress {
  readonly isPending: boolean
  readonly error?: unknown
}

/** Why a sign-in came to nothing, as the provider has heard; not why the session ended before. */
function failureOf({ error }: SignedOut): unknown {
  return error?.name === 'SessionEndedError' ? undefined : error
}

/** What there is to know here: renewals are none of it. */
function toStanding(state: SessionState): SignedOut | 'restoring' | 'signed-in' {
  return state.status === 'signed-out' ? state : state.status
}
