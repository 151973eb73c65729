import {
  None,
  allowInsecureRequests,
  customFetch,
  revocationRequest,
  type AuthorizationServer,
} from 'oauth4webapi'
import type { Clock } from '../core/ports.ts'
import { createExchange, insecureAllowed } from './token-endpoint.ts'

/**
 * Revokes a refresh token, and with it what hangs on it (RFC 7009 §2.1), where the server has an
 * endpoint for that. Best effort: the session is over here whatever comes of it, so the reply is not
 * even read, and nothing is thrown.
 */
export async function revokeToken(options: {
  readonly clientId: string
  readonly metadata: () => Promise<AuthorizationServer>
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  readonly timeoutMs: number
  readonly token: string
}): Promise<void> {
  const { fetch, clock, timeoutMs } = options
  try {
    const server = await options.metadata()
    if (!server.revocation_endpoint) return
    const exchange = createExchange({ fetch, clock, timeoutMs, keepalive: true })
    await revocationRequest(server, { client_id: options.clientId }, None(), options.token, {
      additionalParameters: { token_type_hint: 'refresh_token' },
      [customFetch]: exchange.customFetch,
      [allowInsecureRequests]: insecureAllowed(server.revocation_endpoint),
    })
  } catch {
    // Nobody has the token any more, so nothing depends on the server having heard of it.
  }
}
