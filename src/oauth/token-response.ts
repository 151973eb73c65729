import { defined } from '../core/defined.ts'
import { memberOf } from '../core/member-of.ts'
import type { TokenReply } from '../core/record/token-reply.ts'
import { isAccessToken } from '../core/record/token-set.ts'
import { withoutSecrets } from '../core/redaction.ts'
import { isObject, isString } from '../core/shape.ts'
import { decodeIdToken } from './id-token.ts'

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
 * From the wire's words into ours, whether a server has sent them or the app hands them over. A member
 * that is null or empty counts as absent: servers that write their structs out whole say nothing so. What
 * the app is shown of it holds none of its tokens, nor of the `secrets` that it was had for.
 *
 * @throws {TypeError} Names the member and the rule, never a value.
 */
export function parseTokenResponse(response: unknown, secrets: readonly string[] = []): TokenReply {
  if (!isObject(response)) {
    throw new TypeError('response must be an access token response (RFC 6749 §5.1)')
  }
  const member = (name: string): unknown => {
    const value = memberOf(response, name)
    return value === null || value === '' ? undefined : value
  }
  const text = (name: string): string | undefined => {
    const value = member(name)
    if (value === undefined || isString(value)) return value
    throw wrong(name, 'must be a non-empty string')
  }

  const accessToken = text('access_token')
  if (!accessToken) throw wrong('access_token', 'is required')
  // A browser that is to send another one would write it into its error.
  if (!isAccessToken(accessToken)) throw wrong('access_token', 'must be printable ASCII')
  const type = text('token_type')?.toLowerCase()
  if (type !== 'bearer' && type !== 'dpop') {
    throw wrong('token_type', "must be 'Bearer' or 'DPoP'")
  }
  const given = member('expires_in')
  const life = isString(given) ? Number.parseFloat(given) : given
  if (life !== undefined && !isDuration(life)) {
    throw wrong('expires_in', 'must be a number of seconds')
  }
  const idToken = text('id_token')
  const claims = idToken === undefined ? undefined : decodeIdToken(idToken)
  if (idToken !== undefined && !claims) throw wrong('id_token', 'must be a JWT')
  const refreshToken = text('refresh_token')
  const scope = text('scope')
  // A scope is compared word by word: a short secret may well be one of its words.
  const all = [...secrets, accessToken, refreshToken ?? '', idToken ?? '']
  // 0 says, at Keycloak for one, that the refresh token has no end of its own.
  const ends = endMembers
    .map(member)
    // Whatever else stands there, a date or an object, is no reason to do without the tokens.
    .map((end) => (isString(end) ? Number(end) : end))
    .filter((end) => typeof end === 'number')
    .filter((end) => end > 0)
  return defined({
    accessToken,
    tokenType: type === 'dpop' ? ('DPoP' as const) : ('Bearer' as const),
    expiresInMs: life === undefined ? undefined : toMs(life),
    refreshToken,
    refreshTokenExpiresInMs: ends.length > 0 ? toMs(Math.min(...ends)) : undefined,
    scope: scope && withoutSecrets(scope, all.filter(isLong)),
    idToken,
    claims,
  })
}

function wrong(name: string, rule: string): TypeError {
  return new TypeError(`response.${name} ${rule}`)
}

function isDuration(value: unknown): value is number {
  return Number.isFinite(value) && Number(value) >= 0
}

/** A number so large that it is infinite in ms would make the record unreadable. */
function toMs(seconds: number): number {
  return Math.min(seconds * 1_000, Number.MAX_SAFE_INTEGER)
}

function isLong({ length }: string): boolean {
  return length >= 8
}
