import type { IdTokenClaims } from '../id-token-claims.ts'

/** A token endpoint's accepted reply in our own words; durations in ms from its receipt. */
export interface TokenReply {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly expiresInMs?: number
  readonly refreshToken?: string
  readonly refreshTokenExpiresInMs?: number
  /** Only if the server said it. */
  readonly scope?: string
  readonly idToken?: string
  readonly claims?: IdTokenClaims
  /** What the sender constraint wants to find in the next request to this server; opaque here. */
  readonly senderNonce?: string
}
