import { GraphQLClient } from 'graphql-request'
import type { TokenManager } from 'tokenring'

export function createApi(auth: TokenManager, url: string): GraphQLClient {
  return new GraphQLClient(url, { fetch: auth.fetch })
}
