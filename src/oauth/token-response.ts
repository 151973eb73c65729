import { defined } from '../core/defined.ts'
import { isAccessToken } from '../core/record/token-set.ts'
import { withoutSecrets } from '../core/redaction.ts'
import { decodeIdToken } from './id-token.ts'
import type { TokenReply } from '../core/record/token-reply.ts'
import type { IdTokenClaims } from '../core/id-token-claims.ts'

/** An access token response (RFC 6749 §5.1), in wire spelling. */
export interface TokenEndpointResponse {
  readonly access_token: string
  readonly token_type: string
  /** Seconds. */
  readonly expires_in?: number | undefined
  readonly refresh_token?: string | undefined
  readonly scope?: string | undefined
  readonly id_token?: string | undefined
  readonly [member: string]: unknown
}

/** What servers call the seconds after which a refresh token is worth nothing; the first end counts. */
const endMembers = [
  // draft-ietf-oauth-refresh-token-expiration-03: without use, and that of the whole grant.
  'refresh_token_timeout',
  'authorization_expires_in',
  'refresh_expires_in',
  'refresh_token_expires_in',
]

/**
 * From the wire's words into ours; the response has been checked. What the app is shown of it holds none
 * of its tokens, nor of those that it was had for.
 */
export function toTokenReply(
  response: TokenEndpointResponse,
  claims: IdTokenClaims | undefined,
  secrets: readonly string[] = [],
): TokenReply {
  const { access_token, expires_in, refresh_token, id_token } = response
  const all = [...secrets, access_token, refresh_token ?? '', id_token ?? '']
  // A scope is compared word by word: a short secret may well be one of its words.
  const scope = response.scope && withoutSecrets(response.scope, all.filter(isLong))
  // 0 says, at Keycloak for one, that the refresh token has no end of its own.
  const ends = endMembers
    .map((name) => response[name])
    // Whatever else stands there, a date or an object, is no reason to do without the tokens.
    .map((value) => (typeof value === 'string' ? Number(value) : value))
    .filter((seconds): seconds is number => typeof seconds === 'number' && seconds > 0)
  const isBound = response.token_type.toLowerCase() === 'dpop'
  return defined({
    accessToken: access_token,
    tokenType: isBound ? ('DPoP' as const) : ('Bearer' as const),
    expiresInMs: expires_in === undefined ? undefined : toMs(expires_in),
    refreshToken: refresh_token,
    refreshTokenExpiresInMs: ends.length > 0 ? toMs(Math.min(...ends)) : undefined,
    scope,
    idToken: id_token,
    claims,
  })
}

function isLong({ length }: string): boolean {
  return length >= 8
}

/** A number so large that it is infinite in ms would make the record unreadable. */
function toMs(seconds: number): number {
  return Math.min(seconds * 1_000, Number.MAX_SAFE_INTEGER)
}

/**
 * Parses a response that the app hands over. A member that is null or empty counts as absent.
 *
 * @throws {TypeError} Names the member and the rule, never a value.
 */
export function parseTokenEndpointResponse(value: unknown): TokenReply {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError('response must be an access token response (RFC 6749 §5.1)')
  }
  const members = value as Record<string, unknown>
  const string = (name: string, isRequired = false): string | undefined => {
    const member = members[name] ?? undefined
    if (member === undefined || (typeof member === 'string' && member !== '')) return member
    if (member === '' && !isRequired) return undefined
    throw new TypeError(`response.${name} must be a non-empty string`)
  }
  const access_token = string('access_token', true)
  const token_type = string('token_type', true)
  if (!access_token) throw new TypeError('response.access_token is required')
  if (!isAccessToken(access_token)) {
    throw new TypeError('response.access_token must be printable ASCII')
  }
  if (!token_type || !['bearer', 'dpop'].includes(token_type.toLowerCase())) {
    throw new TypeError("response.token_type must be 'Bearer' or 'DPoP'")
  }
  const seconds = members['expires_in'] === '' ? undefined : (members['expires_in'] ?? undefined)
  const expires_in = typeof seconds === 'string' ? Number.parseFloat(seconds) : seconds
  if (expires_in !== undefined && !(typeof expires_in === 'number' && expires_in >= 0)) {
    throw new TypeError('response.expires_in must be a number of seconds')
  }
  const id_token = string('id_token')
  const claims = id_token === undefined ? undefined : decodeIdToken(id_token)
  if (id_token !== undefined && !claims) throw new TypeError('response.id_token must be a JWT')
  return toTokenReply(
    {
      ...members,
      access_token,
      token_type,
      expires_in,
      refresh_token: string('refresh_token'),
      scope: string('scope'),
      id_token,
    },
    claims,
  )
}
