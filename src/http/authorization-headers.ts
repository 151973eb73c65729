import { mustBe } from '../core/checked-members.ts'
import type { AbortSignalLike } from '../core/ports.ts'
import type { ProofSender } from '../core/proof-sender.ts'
import type { AccessTokens } from '../core/session/access-tokens.ts'
import { proofSenderFor } from './proof-sender-for.ts'
import type { ResourceServers } from './resource-servers.ts'

/** What it takes to authorize a request. */
export interface RequestAuthorizationOptions {
  readonly source: Pick<AccessTokens, 'asker' | 'refusal' | 'obtain'>
  readonly resourceServers: ResourceServers
  /** What relative URLs are resolved against. */
  readonly baseUrl: () => string
  readonly proof: ProofSender<Response> | undefined
}

/** The headers that authorize one request which somebody else sends. */
export function createAuthorizationHeaders(options: RequestAuthorizationOptions): (
  url: string | URL,
  how?: {
    readonly method?: string | undefined
    readonly rejected?: string | undefined
    readonly signal?: AbortSignalLike | undefined
  },
) => Promise<Record<string, string>> {
  const { source, resourceServers, proof } = options
  return async (target, { method = 'GET', rejected, signal } = {}) => {
    const asker = source.asker()
    // A Request, say, would be read as a path of this page, and get the token of its server.
    if (typeof target !== 'string' && !(target instanceof URL)) throw mustBe('url', 'an address')
    const url = new URL(target, options.baseUrl())
    const server = resourceServers.match(url)
    if (!server) return {}
    const token = await source.obtain({
      asker,
      parameters: server.parameters,
      rejected:
        rejected === undefined ? undefined : { accessToken: rejected, resourceServer: server.id },
      signal,
    })
    const { accessToken, senderKey: keyPair } = token
    const prover = proofSenderFor(token, proof)
    if (!prover) return { authorization: `Bearer ${accessToken}` }
    const headers = await prover.proofHeaders({ keyPair, accessToken, method, url: url.href })
    const refused = source.refusal(asker)
    if (refused) throw refused
    return headers
  }
}
