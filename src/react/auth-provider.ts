import { createElement, type ReactElement, type ReactNode } from 'react'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { AuthContext } from './auth-context.ts'

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
  return createElement(AuthContext.Provider, { value: manager }, children)
}
