import { QueryClient, type Query } from '@tanstack/react-query'
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
  /** What belonged to one user must not be shown to the next one. */
  function forget(): void {
    queryClient.removeQueries({ type: 'inactive' })
    queryClient.getMutationCache().clear()
    // Those on the page begin anew: one that is only taken away leaves its component waiting.
    void queryClient.resetQueries()
  }
  // Where nobody was there is nothing to forget, and under a notice the page stays.
  const staysAfter = ['never', 'rejected', 'rotation-lost', 'refused', 'expired', 'key-lost']
  let user: string | undefined
  let isOut = false
  auth.subscribe((state) => {
    if (state.status === 'signed-out' && !staysAfter.includes(state.reason)) forget()
    if (state.status === 'signed-in') {
      if (user !== undefined && user !== state.sub) forget()
      // What was refused meanwhile is asked for again.
      else if (isOut) void queryClient.refetchQueries({ type: 'active', predicate: hasFailed })
      user = state.sub
    }
    isOut = state.status === 'signed-out'
  })
  auth.observe((event) => {
    if (event.type === 'session-started' && event.sub === undefined) forget()
  })
  return queryClient
}

const hasFailed = ({ state }: Query): boolean => state.status === 'error'
