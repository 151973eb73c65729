import { QueryClient } from '@tanstack/react-query'
import { isTokenError, type TokenManager } from 'tokenring'

export function createQueryClient(auth: TokenManager): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        // The manager has outlasted what was short already, and knows when the next attempt is due;
        // asking before that sends nothing.
        retry: (count, error) =>
          isTokenError(error) ? error.name === 'RefreshUnavailableError' && count < 3 : count < 3,
        retryDelay: (count, error) =>
          isTokenError(error) && error.name === 'RefreshUnavailableError' && error.retryAt
            ? Math.max(0, error.retryAt - Date.now())
            : 1_000 * 2 ** count,
      },
    },
  })
  // What belonged to one user must not be shown to the next one.
  let user: string | undefined
  auth.subscribe((state) => {
    if (state.status === 'signed-out') queryClient.clear()
    if (state.status !== 'signed-in') return
    if (user !== undefined && user !== state.sub) void queryClient.resetQueries()
    user = state.sub
  })
  return queryClient
}

/** For `useQuery({ queryKey: ['orders'], queryFn: ({ signal }) => fetchOrders(auth, url, signal) })`. */
export async function fetchOrders(
  auth: TokenManager,
  url: string,
  signal: AbortSignal,
): Promise<{ total: number }> {
  const response = await auth.fetch(url, { signal })
  if (!response.ok) throw new Error(`The API answered ${response.status}.`)
  return (await response.json()) as { total: number }
}
