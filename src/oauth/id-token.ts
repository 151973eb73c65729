import type { AuthorizationServer } from 'oauth4webapi'
import { isIdTokenClaims, type IdTokenClaims } from '../core/id-token-claims.ts'
import { isString, parseJsonObject } from '../core/shape.ts'
import type { SignInTransaction } from './sign-in-transactions.ts'

/** The claims of an `id_token`, without any check but that they have the shape of claims. */
export function decodeIdToken(idToken: string): IdTokenClaims | undefined {
  const claims = decodeJwtPart(idToken, 1)
  return isIdTokenClaims(claims) ? claims : undefined
}

/**
 * What keeps an `id_token` that came with tokens from being this server's for this client (OpenID
 * Connect Core §3.1.3.7). Its signature is not verified, for it came straight from the server, over
 * TLS; so it is enough that nobody else has what makes one of its kind. Nor are the times held against
 * the local clock: one that is wrong would cost the reply, and with it the refresh token.
 */
export function objectionTo(
  idToken: string,
  claims: IdTokenClaims,
  server: AuthorizationServer,
  clientId: string,
): string | undefined {
  const { alg, crit } = decodeJwtPart(idToken, 0) ?? {}
  const announced = server.id_token_signing_alg_values_supported
  const { iss, azp, auth_time = 0, nbf = 0 } = claims
  const audiences = audiencesOf(claims)
  return firstBroken({
    alg:
      isString(alg) &&
      (Array.isArray(announced) ? announced.includes(alg) : !/^(none$|HS)/.test(alg)),
    crit: crit === undefined,
    iss: iss === server.issuer,
    aud: audiences.includes(clientId),
    azp: audiences.length === 1 || azp === clientId,
    auth_time: typeof auth_time === 'number',
    nbf: typeof nbf === 'number',
  })
}

/**
 * What keeps the `id_token` of a sign-in from being for this one (OpenID Connect Core §3.1.3.7). A
 * nonce that was sent has to come back, so there is no doing without the token then, and none that was
 * not sent may come.
 */
export function objectionToSignIn(
  claims: IdTokenClaims | undefined,
  { nonce, maxAgeSeconds = Infinity, createdAt }: SignInTransaction,
  now: number,
): string | undefined {
  const { iat = Infinity, exp = Infinity, auth_time = 0 } = claims ?? {}
  // The two clocks need not agree, so the time since the sign-in began is taken by this one alone.
  const underWaySeconds = Math.max(0, Math.ceil((now - createdAt) / 1_000))
  return firstBroken({
    nonce: claims?.nonce === nonce,
    exp: !claims || exp > iat,
    auth_time: iat - auth_time <= maxAgeSeconds + underWaySeconds,
  })
}

/**
 * Compares the claims of a refresh with those of the sign-in (OpenID Connect Core §12.2): it is about
 * somebody else, or it does not fit. Where there was no `id_token` before, `issuer` is all there is to
 * compare with.
 */
export function compareIdToken(
  claims: IdTokenClaims,
  previous: { readonly sub?: string; readonly nonce?: string; readonly claims?: IdTokenClaims },
  issuer: string,
): 'other-subject' | 'claims' | undefined {
  const { sub, claims: before } = previous
  if (sub !== undefined && claims.sub !== sub) return 'other-subject'
  if (withoutSlash(claims.iss) !== withoutSlash(before?.iss ?? issuer)) return 'other-subject'
  const sentNonce = previous.nonce ?? before?.nonce
  const { nonce = sentNonce, auth_time = before?.auth_time, azp } = claims
  const audiences = audiencesOf(claims)
  const isSame =
    nonce === (sentNonce ?? nonce) &&
    (!before ||
      (auth_time === (before.auth_time ?? auth_time) &&
        audiencesOf(before).every((entry) => audiences.includes(entry)) &&
        azp === before.azp))
  return isSame ? undefined : 'claims'
}

/** What keeps an `id_token` that the app hands over from being for this client; nothing if it is. */
export function checkHandedOverIdToken(
  claims: IdTokenClaims,
  expected: {
    readonly issuer: string
    readonly clientId: string
    readonly nonce?: string | undefined
  },
): string | undefined {
  const { issuer, clientId, nonce = claims.nonce } = expected
  return firstBroken({
    iss: withoutSlash(claims.iss) === withoutSlash(issuer),
    aud: audiencesOf(claims).includes(clientId),
    nonce: claims.nonce === nonce,
  })
}

/** By the name of what each is about. */
function firstBroken(rules: Readonly<Record<string, boolean>>): string | undefined {
  return Object.keys(rules).find((name) => !rules[name])
}

/** A part of a JWT that holds JSON, unverified; an encrypted one has five, none of which does. */
export function decodeJwtPart(
  jwt: string,
  index: 0 | 1,
): Readonly<Record<string, unknown>> | undefined {
  const parts = jwt.split('.')
  const part = parts.length === 3 ? (parts[index] ?? '') : ''
  try {
    const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return parseJsonObject(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

function audiencesOf({ aud }: IdTokenClaims): readonly string[] {
  return typeof aud === 'string' ? [aud] : aud
}

/** An issuer identifier may be configured with the final slash that its documents leave out. */
function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, '')
}
