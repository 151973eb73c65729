import { useContext } from 'react'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { AuthContext } from './auth-context.ts'

/**
 * Gets the manager of the nearest `AuthProvider`: to sign in and out, and for whatever has no hook of
 * its own. It stays the same, so it never causes a render.
 *
 * @throws {Error} There is no `AuthProvider` above this component.
 *
 * @example
 *
 * ```tsx
 * import { useAuth } from 'tokenring/react'
 *
 * export function SignOutButton() {
 *   const auth = useAuth()
 *   return <button onClick={() => void auth.signOut()}>Sign out</button>
 * }
 * ```
 */
export function useAuth(): TokenManager {
  const manager = useContext(AuthContext)
  if (!manager) {
    throw new Error(
      'There is no <AuthProvider manager={…}> above this component: put one around the app.',
    )
  }
  return manager
}
