import axios, { type AxiosInstance } from 'axios'
import type { TokenManager } from 'tokenring'

export function createApi(auth: TokenManager, baseURL: string): AxiosInstance {
  return axios.create({ baseURL, adapter: 'fetch', env: { fetch: auth.fetch } })
}
