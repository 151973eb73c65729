import { defined } from '../core/defined.ts'
import {
  ConfigurationError,
  RefreshUnavailableError,
  type RefreshUnavailableCode,
  type OAuthErrorDetails,
} from '../core/errors.ts'
import { withoutSecrets } from '../core/redaction.ts'
import { isSuccess, parseJsonObject, type Reply, type TransportFailure } from './token-endpoint.ts'

/**
 * What a token endpoint's refusal means. Nothing of oauth4webapi's own errors is passed on: their
 * causes hold whole replies, tokens included.
 */
export type Refusal =
  /** The grant that was presented is dead: the refresh token, or the code. */
  | { readonly kind: 'dead-grant'; readonly oauth: OAuthErrorDetails }
  | { readonly kind: 'configuration'; readonly error: ConfigurationError }
  | {
      readonly kind: 'transient'
      readonly error: RefreshUnavailableError
      readonly retryAfterMs?: number
      readonly isRateLimited?: boolean
    }
  /** It refused, and nobody can tell what. */
  | { readonly kind: 'unreadable'; readonly error: RefreshUnavailableError }

export interface RefusalContext {
  /** The words that mean a dead grant. */
  readonly deadGrant: readonly string[]
  /** What must not come back in an error, by a server that repeats what it was sent. */
  readonly secrets: readonly string[]
  readonly now: number
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
const longestRetryAfterMs = 3_600_000
const longestDescription = 300
const tokenMembers = ['access_token', 'refresh_token', 'id_token']

/** Reads a reply that is not a token response. Pure. */
export function readRefusal(reply: Reply, context: RefusalContext): Refusal {
  const { status } = reply
  const oauth = readOAuthError(reply, context)
  // No server in trouble ends a session, whatever word it says.
  const isInTrouble = transientStatuses.includes(status) || status >= 500 || status === 0
  if (oauth && !isInTrouble && context.deadGrant.includes(oauth.error)) {
    return { kind: 'dead-grant', oauth }
  }
  if (isInTrouble || (oauth && transientErrors.includes(oauth.error))) {
    const retryAfterMs = readRetryAfterMs(reply.headers, context.now)
    const outcome = gatewayStatuses.includes(status) ? 'unknown' : 'answered'
    const error = unavailable('SERVER_UNAVAILABLE', outcome, oauth)
    const isRateLimited = status === 429 || undefined
    return defined({ kind: 'transient', error, retryAfterMs, isRateLimited } as const)
  }
  if (oauth && configurationErrors.includes(oauth.error)) {
    const error = new ConfigurationError(
      'CLIENT_REJECTED',
      `The authorization server does not accept this client or its request (${oauth.error}): its registration or the options have to be changed.`,
      { oauth },
    )
    return { kind: 'configuration', error }
  }
  if (oauth || (refusingStatuses.includes(status) && isWordless(reply))) {
    return { kind: 'unreadable', error: unavailable('REFUSED', 'answered', oauth) }
  }
  // A page in place of an answer: whoever sent it, the server may have seen the request when it says 200.
  const outcome = isSuccess(status) ? 'unknown' : 'answered'
  return { kind: 'transient', error: unavailable('RESPONSE_INVALID', outcome) }
}

/** For a request that was never answered. */
export function toTransportError(
  failure: Exclude<TransportFailure, 'withheld'>,
): RefreshUnavailableError {
  return unavailable(failure === 'timeout' ? 'TIMEOUT' : 'NETWORK', 'unknown')
}

const reasons: Readonly<Record<RefreshUnavailableCode, string>> = {
  NETWORK: 'could not be reached',
  TIMEOUT: 'did not answer in time',
  SERVER_UNAVAILABLE: 'cannot answer now',
  RESPONSE_INVALID: 'sent an answer that cannot be used',
  REFUSED: 'refused without a reason that is known',
  NOT_PERSISTED: 'was asked from another tab, which could not store the answer',
}

export function unavailable(
  code: RefreshUnavailableCode,
  outcome: 'not-sent' | 'unknown' | 'answered',
  oauth?: OAuthErrorDetails,
  detail: string | undefined = oauth?.error,
): RefreshUnavailableError {
  return new RefreshUnavailableError(code, `${inWords(code, detail)}: the session is kept.`, {
    outcome,
    oauth,
  })
}

export function inWords(code: RefreshUnavailableCode, detail: string | undefined): string {
  const word = detail === undefined ? '' : ` (${detail})`
  const reason = detail === 'invalid_dpop_proof' ? 'refused the proof' : reasons[code]
  return `The authorization server ${reason}${word}`
}

/** The server's words, wherever they are: gateways put the code into `message`. */
export function readOAuthError(
  { status, text }: Reply,
  { deadGrant, secrets }: Pick<RefusalContext, 'deadGrant' | 'secrets'>,
): OAuthErrorDetails | undefined {
  const json = parseJsonObject(text)
  if (!json) return undefined
  const { message, error_uri } = json
  const known = [...deadGrant, ...configurationErrors, ...transientErrors]
  const isCode = typeof message === 'string' && known.includes(message)
  const error = isCode ? message : json['error']
  if (typeof error !== 'string' || error === '') return undefined
  const error_description = json['error_description'] ?? (error === message ? undefined : message)
  const issued = tokenMembers.map((name) => json[name]).filter((token) => typeof token === 'string')
  const words = { error, status, error_description, error_uri }
  const oauth = redact(words, [...secrets, ...issued])
  // A word that is known is no secret, whatever tokens look like at this server.
  return known.includes(error) ? { ...oauth, error } : oauth
}

/** What a server says, short enough to display, without the tokens it was sent or has given out. */
export function redact(
  words: {
    readonly error: string
    readonly error_description?: unknown
    readonly error_uri?: unknown
    readonly status?: number
  },
  secrets: readonly string[],
): OAuthErrorDetails {
  const clean = (text: string): string => withoutSecrets(text, secrets).slice(0, longestDescription)
  const cleanText = (value: unknown): string | undefined =>
    typeof value === 'string' ? clean(value) : undefined
  return defined({
    error: clean(words.error),
    status: words.status,
    error_description: cleanText(words.error_description),
    error_uri: cleanText(words.error_uri),
  })
}

/** Empty, or JSON that says nothing. */
function isWordless({ text }: Reply): boolean {
  return text.trim() === '' || parseJsonObject(text) !== undefined
}

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3); some vendors spell it with an X. */
function readRetryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after') ?? headers.get('x-retry-after')
  if (value === null) return undefined
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs)
}
