import axios, { type AxiosInstance } from 'axios'
import type { TokenManager } from 'tokenring'

export function createApi(auth: TokenManager, baseURL: string): AxiosInstance {
  // axios wraps every error; `findTokenError(error)` finds the manager's. If you add retries, as with
  // axios-retry: `retryCondition: (error) => !findTokenError(error)`.
  return axios.create({ baseURL, adapter: 'fetch', env: { fetch: auth.fetch } })
}
