import { endingErrorOf, isRestoring, userOf, type UserState } from '../core/session/user-state.ts'
import { useSession } from './use-session.ts'

/**
 * Follows who is signed in: whether that is known yet, the claims of the ID token, and what went wrong
 * if nobody is. It knows the claims of OpenID Connect (`name`, `email`, `picture`, …; which of them come,
 * the scope and the server decide); others are given as a type, which nothing checks.
 *
 * @throws {Error} There is no `AuthProvider` above this component.
 *
 * @example
 *
 * ```tsx
 * import { useUser } from 'tokenring/react'
 *
 * export function Greeting() {
 *   const { isLoading, user, error } = useUser<{ roles: string[] }>()
 *   if (isLoading) return <p>One moment …</p>
 *   if (!user) return <p>{error ? error.message : 'Nobody is signed in.'}</p>
 *   return <p>Hello {user.name} {user.roles?.includes('admin') && '(admin)'}</p>
 * }
 * ```
 */
export function useUser<Claims extends object = object>(): UserState<Claims> {
  const isLoading = useSession(isRestoring)
  const user = useSession(userOf)
  const error = useSession(endingErrorOf)
  return { isLoading, user, error } as UserState<Claims>
}
