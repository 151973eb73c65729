import createClient, { type Client } from 'openapi-fetch'
import type { TokenManager } from 'tokenring'

/** What openapi-typescript has made of your API's description. */
export interface paths {
  '/orders': {
    get: { responses: { 200: { content: { 'application/json': { total: number } } } } }
    post: {
      requestBody: { content: { 'application/json': { article: string } } }
      responses: { 201: { content: { 'application/json': { article: string } } } }
    }
  }
}

export function createApi(auth: TokenManager, baseUrl: string): Client<paths> {
  // It rejects with the manager's own errors, and repeats nothing. If a middleware of yours does:
  // nothing for which `findTokenError(error)` finds one.
  return createClient<paths>({ baseUrl, fetch: auth.fetch })
}
