import { randomBytes } from 'node:crypto'
import { isOf } from '../authorization-server-store.ts'
import type { Whose } from '../authorization-server-store.ts'
import type { AccessTokenClaims } from '../access-tokens.ts'

/** What a user has agreed to. */
export interface Consent {
  readonly user: string
  readonly clientId: string
  readonly scope: readonly string[]
  /** The API that the sign-in named. */
  readonly audience?: string
  readonly nonce?: string
  readonly authenticatedAt: number
}

/** Everything that came from one sign-in. */
export interface TokenFamily {
  readonly id: string
  readonly consent: Consent
  /** Of what is issued from now on. */
  scope: readonly string[]
  ended: boolean
}

export interface AuthorizationCode {
  readonly consent: Consent
  readonly redirectUri: string
  readonly codeChallenge: string
}

interface StoredCode extends AuthorizationCode {
  readonly expiresAt: number
  used: boolean
  family?: TokenFamily
}

export interface StoredRefreshToken {
  readonly family: TokenFamily
  readonly expiresAt: number
  spentAt?: number
}

interface StoredAccessToken {
  readonly family: TokenFamily
  readonly scope: readonly string[]
  readonly expiresAt: number
  revoked: boolean
}

/** Bytes of what is issued. A code travels in a URL, which servers bound far below a header. */
export interface TokenSizes {
  /** Default: 43. */
  readonly code?: number
  /** Default: 43. */
  readonly accessToken?: number
  /** Default: 43. */
  readonly refreshToken?: number
}

/** Where a contract server keeps what it has issued: codes, families, and their tokens. */
export interface TokenFamilies {
  issueCode(code: AuthorizationCode): string
  /** Uses the code up. Nothing if it is not good; a code that comes back ends what it has led to. */
  useCode(code: string, clientId: string): StoredCode | undefined
  begin(code: StoredCode): TokenFamily
  issueRefreshToken(family: TokenFamily): string
  issueAccessToken(family: TokenFamily, scope: readonly string[]): string
  findRefreshToken(refreshToken: string): StoredRefreshToken | undefined
  /** Ends the family of a refresh token, or an access token alone (RFC 7009). */
  revoke(token: string, clientId: string): void
  revokeFamilies(whose: Whose): void
  /** The families whose access tokens have been revoked. */
  revokeAccessTokens(matches: Whose | TokenFamily): readonly TokenFamily[]
  isAccessTokenRevoked(accessToken: string): boolean
  claimsOf(accessToken: string): (AccessTokenClaims & { readonly audience?: string }) | undefined
  clientOf(accessToken: string): string | undefined
  /** Families with a refresh token that may be used. */
  count(clientId: string): number
}

const codeTtlMs = 60_000

export function createTokenFamilies(options: {
  readonly sizes: TokenSizes
  readonly refreshTokenPrefix: string
  readonly refreshTokenTtlSeconds: number
  accessTokenTtlSeconds(): number
  /** Ms since the epoch. */
  now(): number
}): TokenFamilies {
  const { sizes, now } = options
  const codes = new Map<string, StoredCode>()
  const refreshTokens = new Map<string, StoredRefreshToken>()
  const accessTokens = new Map<string, StoredAccessToken>()

  function revokeAccessTokens(matches: Whose | TokenFamily): readonly TokenFamily[] {
    const revoked = [...accessTokens.values()].filter(({ family }) =>
      'consent' in matches ? family === matches : isOf(matches, ownerOf(family)),
    )
    for (const token of revoked) token.revoked = true
    return [...new Set(revoked.map(({ family }) => family))]
  }

  return {
    issueCode(code) {
      const value = mint('', sizes.code)
      codes.set(value, { ...code, expiresAt: now() + codeTtlMs, used: false })
      return value
    },
    useCode(value, clientId) {
      const code = codes.get(value)
      if (!code || code.consent.clientId !== clientId || code.expiresAt <= now()) return undefined
      if (!code.used) {
        code.used = true
        return code
      }
      // RFC 6749 §4.1.2.
      if (code.family) {
        code.family.ended = true
        revokeAccessTokens(code.family)
      }
      return undefined
    },
    begin(code) {
      const { consent } = code
      code.family = { id: mint('', undefined), consent, scope: consent.scope, ended: false }
      return code.family
    },
    issueRefreshToken(family) {
      const value = mint(options.refreshTokenPrefix, sizes.refreshToken)
      const expiresAt = now() + options.refreshTokenTtlSeconds * 1_000
      refreshTokens.set(value, { family, expiresAt })
      return value
    },
    issueAccessToken(family, scope) {
      const value = mint('', sizes.accessToken)
      const expiresAt = now() + options.accessTokenTtlSeconds() * 1_000
      accessTokens.set(value, { family, scope, expiresAt, revoked: false })
      return value
    },
    findRefreshToken: (refreshToken) => refreshTokens.get(refreshToken),
    revoke(token, clientId) {
      const family = refreshTokens.get(token)?.family
      if (family?.consent.clientId === clientId) family.ended = true
      const accessToken = accessTokens.get(token)
      if (accessToken?.family.consent.clientId === clientId) accessToken.revoked = true
    },
    revokeFamilies(whose) {
      for (const { family } of refreshTokens.values()) {
        if (isOf(whose, ownerOf(family))) family.ended = true
      }
    },
    revokeAccessTokens,
    isAccessTokenRevoked: (accessToken) => accessTokens.get(accessToken)?.revoked ?? false,
    claimsOf(accessToken) {
      const token = accessTokens.get(accessToken)
      if (!token || token.revoked || token.expiresAt <= now()) return undefined
      const { user, audience } = token.family.consent
      return { sub: user, scope: token.scope, ...(audience !== undefined && { audience }) }
    },
    clientOf: (accessToken) => accessTokens.get(accessToken)?.family.consent.clientId,
    count(clientId) {
      const live = [...refreshTokens.values()].filter(
        ({ family, expiresAt, spentAt }) =>
          family.consent.clientId === clientId &&
          !family.ended &&
          spentAt === undefined &&
          expiresAt > now(),
      )
      return new Set(live.map(({ family }) => family)).size
    },
  }
}

function ownerOf({ consent }: TokenFamily): { accountId: string; clientId: string } {
  return { accountId: consent.user, clientId: consent.clientId }
}

/** A secret of so many bytes. */
function mint(prefix: string, bytes = 43): string {
  return (prefix + randomBytes(bytes).toString('base64url')).slice(0, bytes)
}
