import {
  createElement,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  type ReactElement,
  type ReactNode,
} from 'react'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { createArrivalStore, type ArrivalHandlers, type SignInFailure } from './arrival-store.ts'
import { AuthContext, PageContext, SessionContext } from './auth-context.ts'
import { createPageStore, type PageStore } from './page-store.ts'

export interface AuthProviderProps {
  /** Made by the app, in a module of its own, and never disposed of here. */
  readonly manager: TokenManager
  /**
   * Called when a sign-in was finished whose callback this page is, with the path to go to, query and
   * fragment included: `(returnTo) => router.navigate(returnTo, { replace: true })`.
   */
  readonly onSignedIn?: ((returnTo: string) => unknown) | undefined
  /**
   * Called when that sign-in has come to nothing, with why; `error.returnTo` says where the user
   * wanted to go. The hooks show the error, too. Do not sign in here: the server may refuse for good.
   */
  readonly onSignInError?: ((error: SignInFailure) => unknown) | undefined
  readonly children?: ReactNode
}

/**
 * Hands the manager to the hooks below it, and ends nothing when it goes.
 *
 * With `onSignedIn` or `onSignInError` it also calls `handleRedirect` when it is mounted: once, in
 * StrictMode too, and on a page that is no callback of this manager nothing comes of it. Until that is
 * over the hooks show `restoring` in place of `signed-out`. Without the two it starts nothing.
 *
 * @example
 *
 * ```tsx
 * import { createRoot } from 'react-dom/client'
 * import { createTokenManager } from 'tokenring'
 * import { AuthProvider } from 'tokenring/react'
 *
 * const auth = createTokenManager({
 *   authorizationServer: 'https://login.example.com',
 *   clientId: 'spa',
 *   redirectUri: '/callback',
 * })
 * createRoot(document.body).render(
 *   <AuthProvider
 *     manager={auth}
 *     onSignedIn={(returnTo) => history.replaceState(null, '', returnTo)}
 *     onSignInError={({ returnTo = '/' }) => history.replaceState(null, '', returnTo)}
 *   >
 *     …
 *   </AuthProvider>,
 * )
 * ```
 */
export function AuthProvider(props: AuthProviderProps): ReactElement {
  const { manager, children } = props
  const last = useRef<PageStore>(undefined)
  const page = useMemo(() => createPageStore(manager, last.current?.page()), [manager])
  useEffect(() => {
    last.current = page
    return page.stop
  }, [page])

  const finishes = Boolean(props.onSignedIn ?? props.onSignInError)
  const arrival = useMemo(() => finishes && createArrivalStore(manager), [manager, finishes])
  const handlers = useRef<ArrivalHandlers>(props)
  useBeforeChildren(() => {
    handlers.current = props
    if (arrival) arrival.finish(() => handlers.current)
  })

  const pages = createElement(PageContext.Provider, { value: page }, children)
  const sessions = createElement(SessionContext.Provider, { value: arrival || manager }, pages)
  return createElement(AuthContext.Provider, { value: manager }, sessions)
}

/** Before the effects of the children: a router's `<Navigate>` takes the callback out of the address. */
const useBeforeChildren = typeof window === 'undefined' ? useEffect : useLayoutEffect
