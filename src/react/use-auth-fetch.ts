import type { TokenManager } from '../manager/token-manager-api.ts'
import { useAuth } from './use-auth.ts'

/**
 * Gets the manager's `fetch`, which sends the access token to the listed resource servers. The same
 * function in every render, so it may be a dependency of an effect. On a `SessionChangedError` load
 * anew what the page shows: another user is signed in by now.
 *
 * @throws {Error} There is no `AuthProvider` above this component.
 *
 * @example
 *
 * ```tsx
 * import { useEffect, useState } from 'react'
 * import { useAuthFetch } from 'tokenring/react'
 *
 * export function OrderCount() {
 *   const authFetch = useAuthFetch()
 *   const [count, setCount] = useState<number>()
 *   useEffect(() => {
 *     const caller = new AbortController()
 *     const load = async () => {
 *       const response = await authFetch('https://api.example.com/v2/orders', caller)
 *       setCount(((await response.json()) as unknown[]).length)
 *     }
 *     load().catch(() => setCount(undefined))
 *     return () => caller.abort()
 *   }, [authFetch])
 *   return <p>{count === undefined ? '…' : `${count} orders`}</p>
 * }
 * ```
 */
export function useAuthFetch(): TokenManager['fetch'] {
  return useAuth().fetch
}
