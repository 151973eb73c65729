import { useContext, useMemo, useSyncExternalStore } from 'react'
import type { SessionState } from '../core/session/session-state.ts'
import { SessionContext } from './auth-context.ts'
import { useAuth } from './use-auth.ts'

const restoring: SessionState = { status: 'restoring' }

/**
 * Follows the session: all of its state, or what `selector` picks of it.
 *
 * With a selector the component renders only when the selected value is another one by `Object.is`.
 * The selector may be written inline; it is called again for a new state and for a new selector, and
 * may make a new object. On a server, while the page it rendered is hydrated, and while the provider
 * finishes a sign-in, the state is `restoring`.
 *
 * @throws {Error} There is no `AuthProvider` above this component.
 *
 * @example
 *
 * ```tsx
 * import { useSession } from 'tokenring/react'
 *
 * export function Greeting() {
 *   const name = useSession((state) =>
 *     state.status === 'signed-in' ? state.claims?.name : undefined,
 *   )
 *   return <p>Hello {name}</p>
 * }
 * ```
 */
export function useSession(): SessionState
export function useSession<T>(selector: (state: SessionState) => T): T
export function useSession<T>(selector?: (state: SessionState) => T): T | SessionState {
  const manager = useAuth()
  const { getState, subscribe } = useContext(SessionContext) ?? manager
  const [getSelected, getServerSelected] = useMemo(() => {
    const select = (state: SessionState): T | SessionState => (selector ? selector(state) : state)
    // If the page knows no more than the server did, one object for both spares a render.
    const getServerState = (): SessionState => {
      const state = getState()
      return state.status === 'restoring' ? state : restoring
    }
    return [selecting(getState, select), selecting(getServerState, select)]
  }, [getState, selector])
  return useSyncExternalStore(subscribe, getSelected, getServerSelected)
}

/** Selects once for each state: React asks again and again, and wants the same object. */
function selecting<T>(getState: () => SessionState, select: (state: SessionState) => T): () => T {
  let last: { readonly state: SessionState; readonly selected: T } | undefined
  return () => {
    const state = getState()
    if (last?.state !== state) last = { state, selected: select(state) }
    return last.selected
  }
}
