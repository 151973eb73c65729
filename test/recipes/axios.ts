import axios, { type AxiosInstance } from 'axios'
import type { TokenManager } from 'tokenring'

export function createApi(auth: TokenManager, baseURL: string): AxiosInstance {
  // If you add retries: none of an error of the manager (`isTokenError(error.cause ?? error)`), which
  // has outlasted what was short already; or one after `retryAt`.
  return axios.create({ baseURL, adapter: 'fetch', env: { fetch: auth.fetch } })
}
