import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'

/** What a good access token says. */
export interface AccessTokenClaims {
  readonly sub: string
  readonly scope: readonly string[]
  /** The thumbprint of the key that it is bound to (RFC 9449 §6.1): without a proof it is worth nothing. */
  readonly jkt?: string | undefined
}

/** What an API asks about the access tokens that it is presented with. */
export interface AccessTokens {
  /** Nothing, if the token is not to be accepted. */
  verify(token: string): Promise<AccessTokenClaims | undefined>
  /** Who the token says it was issued to, however bad it is. */
  clientOf(token: string): string | undefined
}

/** The self-contained access tokens of an issuer (RFC 9068). */
export function createJwtAccessTokens(options: {
  readonly issuer: string
  readonly audience: string
  /** What introspection would say. */
  isRevoked(jti: string): boolean
}): AccessTokens {
  const { issuer, audience } = options
  const keys = createRemoteJWKSet(new URL('/jwks', issuer))
  return {
    async verify(token) {
      const verified = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'jti', 'sub'],
        clockTolerance: 0,
      }).catch(() => undefined)
      if (!verified) return undefined
      const { jti = '', sub = '', scope, cnf } = verified.payload
      const jkt = (cnf as { readonly jkt?: string } | undefined)?.jkt
      const isBoundOtherwise = cnf !== undefined && jkt === undefined
      if (options.isRevoked(jti) || isBoundOtherwise) return undefined
      return { sub, scope: typeof scope === 'string' ? scope.split(' ') : [], jkt }
    },
    clientOf(token) {
      try {
        const clientId = decodeJwt(token)['client_id']
        return typeof clientId === 'string' ? clientId : undefined
      } catch {
        return undefined
      }
    },
  }
}
