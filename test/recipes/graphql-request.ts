import { GraphQLClient } from 'graphql-request'
import type { TokenManager } from 'tokenring'

export function createApi(auth: TokenManager, url: string): GraphQLClient {
  // It rejects with the manager's own errors, and repeats nothing. Where something around it does, as
  // Apollo's RetryLink: `retryIf: (error) => !findTokenError(error)`.
  return new GraphQLClient(url, { fetch: auth.fetch })
}
