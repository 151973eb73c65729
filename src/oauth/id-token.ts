import { isIdTokenClaims, type IdTokenClaims } from '../core/id-token-claims.ts'
import { parseJsonObject } from './token-endpoint.ts'

/** The claims of an `id_token`, without any check but that they have the shape of claims. */
export function decodeIdToken(idToken: string): IdTokenClaims | undefined {
  const claims = decodeJwtPart(idToken, 1)
  return isIdTokenClaims(claims) ? claims : undefined
}

/** The `alg` that an `id_token` says it was signed with, unless that is no signature by a server's own key. */
export function asymmetricAlgOf(idToken: string): string | undefined {
  const alg = decodeJwtPart(idToken, 0)?.['alg']
  return typeof alg === 'string' && alg !== 'none' && !alg.startsWith('HS') ? alg : undefined
}

/** What is wrong with the `id_token` of a refresh: it is about somebody else, or it does not fit. */
export type Mismatch = 'other-subject' | 'claims'

/**
 * Compares the claims of a refresh with those of the sign-in (OpenID Connect Core §12.2), which
 * oauth4webapi leaves to its caller. Where there was no `id_token` before, `issuer` is all there is
 * to compare with.
 */
export function compareIdToken(
  claims: IdTokenClaims,
  previous: { readonly sub?: string; readonly nonce?: string; readonly claims?: IdTokenClaims },
  issuer: string,
): Mismatch | undefined {
  const { sub, claims: before } = previous
  if (sub !== undefined && claims.sub !== sub) return 'other-subject'
  if (withoutSlash(claims.iss) !== withoutSlash(before?.iss ?? issuer)) return 'other-subject'
  const nonce = previous.nonce ?? before?.nonce
  if (claims.nonce !== undefined && nonce !== undefined && claims.nonce !== nonce) return 'claims'
  if (!before) return undefined
  const { auth_time = before.auth_time } = claims
  if (before.auth_time !== undefined && auth_time !== before.auth_time) return 'claims'
  const audience = audiencesOf(claims)
  if (!audiencesOf(before).every((entry) => audience.includes(entry))) return 'claims'
  return claims.azp === before.azp ? undefined : 'claims'
}

/** Why an `id_token` that the app hands over is not for this client; nothing if it is. */
export function checkHandedOverIdToken(
  claims: IdTokenClaims,
  expected: {
    readonly issuer: string
    readonly clientId: string
    readonly nonce?: string | undefined
  },
): 'iss' | 'aud' | 'nonce' | undefined {
  if (withoutSlash(claims.iss) !== withoutSlash(expected.issuer)) return 'iss'
  if (!audiencesOf(claims).includes(expected.clientId)) return 'aud'
  if (expected.nonce !== undefined && claims.nonce !== expected.nonce) return 'nonce'
  return undefined
}

/** A part of a JWT that holds JSON, unverified. */
export function decodeJwtPart(jwt: string, index: number): Record<string, unknown> | undefined {
  const part = jwt.split('.')[index] ?? ''
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
