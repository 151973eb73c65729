import type { AuthorizationServer } from 'oauth4webapi'
import { createTokenEndpoint, type TokenEndpointOptions } from '../../src/oauth/token-endpoint.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { claims, clientId, createFetchDouble, metadata, type SentRequest } from './server-double.ts'
import type {
  RefreshOutcome,
  RefreshRequest,
  TokenEndpoint,
} from '../../src/core/rotation/token-grant.ts'

export const sentToken: string = 'sent-secret'
export const tokens: {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly refresh_token: string
} = {
  access_token: 'access-secret',
  token_type: 'Bearer',
  expires_in: 300,
  refresh_token: 'next-secret',
}

export const request: RefreshRequest = {
  refreshToken: sentToken,
  parameters: {},
  previous: { sub: claims.sub, nonce: 'n-1', claims },
  maySend: () => true,
}

export function createEndpointWith(
  answer: (sent: SentRequest) => Response | Promise<Response>,
  changes: Partial<TokenEndpointOptions> = {},
): {
  readonly endpoint: TokenEndpoint
  readonly sent: readonly SentRequest[]
  readonly clock: ManualClock
} {
  const clock = createManualClock()
  const { fetch, sent } = createFetchDouble(answer)
  const endpoint = createTokenEndpoint({
    clientId,
    metadata: () => Promise.resolve(metadata),
    fetch,
    clock,
    report: () => {},
    timeoutMs: 10_000,
    spentRefreshToken: ['invalid_grant'],
    dpop: undefined,
    ...changes,
  })
  return { endpoint, sent, clock }
}

export function refreshWith(
  answer: (sent: SentRequest) => Response | Promise<Response>,
  changes: Partial<RefreshRequest> = {},
  server: AuthorizationServer = metadata,
): Promise<RefreshOutcome> {
  const { endpoint } = createEndpointWith(answer, { metadata: () => Promise.resolve(server) })
  return endpoint.refresh({ ...request, ...changes })
}
