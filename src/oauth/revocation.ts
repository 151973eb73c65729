import type { AuthorizationServer } from 'oauth4webapi'
import { defined } from '../core/defined.ts'
import type { Report } from '../core/events.ts'
import type { Clock } from '../core/ports.ts'
import { readOAuthError } from './error-response.ts'
import { exchange, isSuccess } from './exchange.ts'

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
  /** What it may not say back besides. */
  readonly secrets?: readonly string[] | undefined
}): Promise<void> {
  const { report, token, secrets = [], clientId } = options
  const metadata = await options.metadata().catch(() => undefined)
  if (!metadata?.revocation_endpoint) return
  const reply = await exchange(options, metadata.revocation_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: clientId }),
    keepalive: true,
  })
  if (typeof reply === 'string') {
    report({ type: 'revocation-failed', code: reply.toUpperCase() })
  } else if (!isSuccess(reply.status)) {
    const code = readOAuthError(reply, { rejectedBy: [], secrets: [token, ...secrets] })?.error
    report(defined({ type: 'revocation-failed' as const, status: reply.status, code }))
  }
}
