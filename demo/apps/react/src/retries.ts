import { findTokenError } from 'tokenring'

/**
 * How long to wait before a call that has failed is made again; `undefined`: it is not worth another.
 * `attempt` counts from 0.
 */
export function retryDelayMs(error: unknown, attempt: number): number | undefined {
  if (attempt >= 3) return undefined
  const ofTokens = findTokenError(error)
  // Not about the session: what your app does about such failures of the API.
  if (!ofTokens) return 1_000 * 2 ** attempt
  // A session that is over, or options that are wrong, answer the same however often they are asked.
  if (ofTokens.name !== 'RefreshUnavailableError') return undefined
  // Before that nothing would be sent.
  return Math.max(0, (ofTokens.retryAt ?? 0) - Date.now())
}
