import type { AuthorizationServer } from 'oauth4webapi'
import { defined } from '../core/defined.ts'
import type { Report } from '../core/events.ts'
import type { Clock } from '../core/ports.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { createExchange, isSuccess } from './token-endpoint.ts'
import { readOAuthError } from './translate-error.ts'

/**
 * Revokes a refresh token, and with it what hangs on it (RFC 7009 §2.1), where the server has an
 * endpoint for that. Best effort: the session is over here whatever comes of it, so nothing is thrown,
 * and an event tells of a token that lives on.
 */
export async function revokeToken(options: {
  readonly clientId: string
  readonly metadata: () => Promise<AuthorizationServer>
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  readonly timeoutMs: number
  readonly report: Report
  readonly token: string
}): Promise<void> {
  const { fetch, clock, timeoutMs, report, token, clientId } = options
  const exchange = createExchange({ fetch, clock, timeoutMs, keepalive: true })
  try {
    const { revocation_endpoint: endpoint } = await options.metadata()
    if (!endpoint || !isSecureUrl(new URL(endpoint))) return
    await exchange.customFetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body: new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: clientId }),
    })
  } catch {
    // Nobody has the token any more, so nothing depends on the server having heard of it.
  }
  const reply = exchange.reply()
  if (reply && isSuccess(reply.status)) return
  const code = reply
    ? readOAuthError(reply, { deadGrant: [], secrets: [token] })?.error
    : exchange.failure()?.toUpperCase()
  const status = reply?.status
  if (status !== undefined || code !== undefined) {
    report(defined({ type: 'revocation-failed' as const, status, code }))
  }
}
