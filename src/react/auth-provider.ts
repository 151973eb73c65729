import { createElement, useEffect, useMemo, useRef, type ReactElement, type ReactNode } from 'react'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { AuthContext, PageContext } from './auth-context.ts'
import { createPageStore, type PageStore } from './page-store.ts'

export interface AuthProviderProps {
  /** Made by the app, in a module of its own, and never disposed of here. */
  readonly manager: TokenManager
  readonly children?: ReactNode
}

/**
 * Hands the manager to the hooks below it. Does nothing else: it starts nothing when it is mounted
 * and ends nothing when it goes, so it may be mounted twice, as StrictMode does.
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
 * })
 * createRoot(document.body).render(<AuthProvider manager={auth}>…</AuthProvider>)
 * ```
 */
export function AuthProvider({ manager, children }: AuthProviderProps): ReactElement {
  const last = useRef<PageStore>(undefined)
  const page = useMemo(() => createPageStore(manager, last.current?.page()), [manager])
  useEffect(() => {
    last.current = page
    return page.stop
  }, [page])
  const pages = createElement(PageContext.Provider, { value: page }, children)
  return createElement(AuthContext.Provider, { value: manager }, pages)
}
