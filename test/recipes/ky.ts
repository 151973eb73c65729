import ky, { type KyInstance } from 'ky'
import { findTokenError, type TokenManager } from 'tokenring'

export function createApi(auth: TokenManager, baseUrl: string): KyInstance {
  return ky.create({
    prefixUrl: baseUrl,
    fetch: auth.fetch,
    // The manager has renewed, outlasted what was short, and sent again already (within ky's `timeout`,
    // 10 s, which has to be longer than `patienceMs`); asking it again at once gets the same answer.
    retry: { shouldRetry: ({ error }) => (findTokenError(error) ? false : undefined) },
  })
}
