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
  // What belonged to one user must not be shown to the next one. Under a notice the page stays.
  const staysAfter = ['rejected', 'rotation-lost', 'refused', 'expired', 'key-lost']
  let user: string | undefined
  auth.subscribe((state) => {
    const isOver = state.status === 'signed-out' && !staysAfter.includes(state.reason)
    if (isOver) queryClient.clear()
    if (state.status !== 'signed-in') return
    if (user !== undefined && user !== state.sub) void queryClient.resetQueries()
    user = state.sub
  })
  auth.observe((event) => {
    const isUnknown = event.type === 'session-started' && event.sub === undefined
    if (isUnknown) void queryClient.resetQueries()
  })
  return queryClient
}
