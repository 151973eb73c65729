import { defined } from '../core/defined.ts'
import type { OAuthErrorDetails } from '../core/errors.ts'
import { longestRetryAfterMs } from '../core/rotation/back-off.ts'
import type { RefreshOutcome } from '../core/rotation/token-grant.ts'
import { isString, isWord } from '../core/shape.ts'
import { clientRejected, redact, unavailable } from './errors.ts'
import { isSuccess, type ServerReply } from './exchange.ts'

/** What a token endpoint's refusal means, for a refresh token and for a code. */
export type Refusal = Extract<
  RefreshOutcome,
  { readonly kind: 'rejected' | 'refused' | 'transient' | 'configuration' }
>

export interface RefusalContext {
  /** The `error` words that mean that the grant is dead. */
  readonly rejectedBy: readonly string[]
  /** What must not come back in an error, by a server that repeats what it was sent. */
  readonly secrets: readonly string[]
  readonly now: () => number
}

const configurationErrors = [
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]
const transientErrors = [
  'temporarily_unavailable',
  'server_error',
  'slow_down',
  'too_many_requests',
  'local_rate_limited',
  // Mostly because of a clock that is wrong (RFC 9449 §11.1), which must not end a session.
  'invalid_dpop_proof',
]
const transientStatuses = [408, 425, 429]
/** A gateway's word that it has no answer from behind it, where the request may have been carried out. */
const gatewayStatuses = [502, 504]
const refusingStatuses = [400, 401, 403]
const tokenMembers = ['access_token', 'refresh_token', 'id_token']

/** Reads a reply that is not a token response (RFC 6749 §5.2, and whatever servers send in its place). Pure. */
export function readRefusal(reply: ServerReply, context: RefusalContext): Refusal {
  const { status } = reply
  const oauth = readOAuthError(reply, context)
  // No server in trouble ends a session, whatever word it says.
  const isInTrouble = transientStatuses.includes(status) || status >= 500 || status === 0
  if (oauth && !isInTrouble && context.rejectedBy.includes(oauth.error)) {
    return { kind: 'rejected', oauth }
  }
  if (isInTrouble || (oauth && transientErrors.includes(oauth.error))) {
    const retryAfterMs = readRetryAfterMs(reply.headers, context.now())
    const outcome = gatewayStatuses.includes(status) ? 'unknown' : 'answered'
    const error = unavailable('SERVER_UNAVAILABLE', outcome, oauth)
    const isRateLimited = status === 429 || undefined
    return defined({ kind: 'transient', error, retryAfterMs, isRateLimited } as const)
  }
  if (oauth && configurationErrors.includes(oauth.error)) {
    return { kind: 'configuration', error: clientRejected('request', oauth) }
  }
  // Empty, or JSON that says nothing.
  const isWordless = reply.json !== undefined || reply.text.trim() === ''
  if (oauth || (refusingStatuses.includes(status) && isWordless)) {
    return { kind: 'refused', error: unavailable('REFUSED', 'answered', oauth) }
  }
  // A page in place of an answer: whoever sent it, the server may have seen the request when it says 200.
  const outcome = isSuccess(status) ? 'unknown' : 'answered'
  return { kind: 'transient', error: unavailable('RESPONSE_INVALID', outcome) }
}

/** The server's words, wherever they are: gateways put the code into `message`. */
export function readOAuthError(
  { status, json }: ServerReply,
  { rejectedBy, secrets }: Pick<RefusalContext, 'rejectedBy' | 'secrets'>,
): OAuthErrorDetails | undefined {
  if (!json) return undefined
  const { message, error_uri } = json
  const known = [...rejectedBy, ...configurationErrors, ...transientErrors]
  const isCode = isString(message) && known.includes(message)
  const error = isCode ? message : json['error']
  if (!isWord(error)) return undefined
  const error_description = json['error_description'] ?? (error === message ? undefined : message)
  const issued = tokenMembers.map((name) => json[name]).filter(isString)
  const words = { error, status, error_description, error_uri }
  const oauth = redact(words, [...secrets, ...issued])
  // A word that is known is no secret, whatever tokens look like at this server.
  return known.includes(error) ? { ...oauth, error } : oauth
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3); some vendors spell it with an X. */
function readRetryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after') ?? headers.get('x-retry-after')
  if (value === null) return undefined
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs)
}
