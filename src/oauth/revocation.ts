import type { AuthorizationServer } from 'oauth4webapi'
import type { Clock } from '../core/ports.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { createExchange } from './token-endpoint.ts'

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
  const { fetch, clock, timeoutMs, token, clientId } = options
  try {
    const { revocation_endpoint: endpoint } = await options.metadata()
    if (!endpoint || !isSecureUrl(new URL(endpoint))) return
    await createExchange({ fetch, clock, timeoutMs, keepalive: true }).customFetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body: new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: clientId }),
    })
  } catch {
    // Nobody has the token any more, so nothing depends on the server having heard of it.
  }
}
