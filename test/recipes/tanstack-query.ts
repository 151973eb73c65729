import { QueryClient } from '@tanstack/react-query'
import type { TokenManager } from 'tokenring'
import { retryDelayMs } from './retries.ts'

export function createQueryClient(auth: TokenManager): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        // A session that is over is over at once: nothing is gained by asking again for seconds. An
        // outage passes, but nothing is sent before the manager's next attempt.
        retry: (count, error) => retryDelayMs(error, count) !== undefined,
        retryDelay: (count, error) => retryDelayMs(error, count) ?? 0,
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
