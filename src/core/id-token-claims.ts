import { isObject, isString, isWord } from './shape.ts'

/**
 * Claims of an `id_token` that was checked when it came (OpenID Connect Core §2). Those about the
 * person (§5.1, and `sid` of Front-Channel Logout) are as the server sends them, and nothing checks
 * their types; they come with the scopes `profile`, `email`, `address` and `phone`, if at all.
 */
export interface IdTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly exp: number
  readonly iat: number
  readonly azp?: string
  readonly auth_time?: number
  /** How the user was authenticated, as a step-up asks for it (RFC 9470). */
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly nonce?: string
  readonly sid?: string
  readonly name?: string
  readonly given_name?: string
  readonly family_name?: string
  readonly middle_name?: string
  readonly nickname?: string
  readonly preferred_username?: string
  readonly profile?: string
  readonly picture?: string
  readonly website?: string
  readonly email?: string
  readonly email_verified?: boolean
  readonly gender?: string
  readonly birthdate?: string
  readonly zoneinfo?: string
  readonly locale?: string
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
  readonly address?: AddressClaim
  /** Seconds since the epoch. */
  readonly updated_at?: number
  readonly [claim: string]: unknown
}

/** A postal address (OpenID Connect Core §5.1.1). */
export interface AddressClaim {
  readonly formatted?: string
  readonly street_address?: string
  readonly locality?: string
  readonly region?: string
  readonly postal_code?: string
  readonly country?: string
}

/** How far the claims of a real `id_token` stay away from what a browser can still copy. */
const deepest = 32
const mostValues = 10_000

/**
 * Whether this has the shape of claims: what comparisons rest on is there, and storage, messages and
 * `JSON.stringify` can take the rest, which is copied by functions that call themselves.
 */
export function isIdTokenClaims(value: unknown): value is IdTokenClaims {
  if (!isObject(value)) return false
  const { iss, sub, aud, exp, iat } = value
  return (
    // An empty name is nobody's, and two users could have it.
    [iss, sub].every(isWord) &&
    [exp, iat].every(Number.isFinite) &&
    [aud].flat().every(isString) &&
    isShallowJson(value)
  )
}

function isShallowJson(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest || level.length > mostValues) return false
    if (level.some((part) => typeof part === 'bigint')) return false
    level = level.filter(isObject).flatMap(Object.values)
  }
  return true
}
