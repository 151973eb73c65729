import { createHash, timingSafeEqual } from 'node:crypto'
import type { RegisteredClient } from '../authorization-server-options.ts'
import type { StoredRefreshToken, TokenFamilies, TokenFamily } from './token-families.ts'
import type { Parameters } from './token-request.ts'
import type { Refusal, Vendor } from './vendor.ts'

/** What came of a token request. */
export type GrantOutcome =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'granted'
      readonly family: TokenFamily
      readonly accessToken: string
      readonly refreshToken?: string
      readonly scope: readonly string[]
    }

export interface GrantRules {
  readonly vendor: Vendor
  readonly families: TokenFamilies
  readonly clients: readonly RegisteredClient[]
  readonly clientSecret: string | undefined
  /** For so long a spent refresh token is accepted again, as of now. */
  graceMs(): number
  now(): number
  /** A spent refresh token was presented. */
  onReplay(family: TokenFamily, isAccepted: boolean): void
}

/** Authenticates the client and carries out its grant. All in one turn: nothing comes in between. */
export function carryOutGrant(parameters: Parameters, rules: GrantRules): GrantOutcome {
  const grant = parameters.get('grant_type')
  if (grant === undefined) return refuse('invalid_request', 'grant_type is missing.')
  if (grant !== 'authorization_code' && grant !== 'refresh_token') {
    return refuse('unsupported_grant_type', 'The grant is not known here.')
  }
  const problem = authenticate(parameters, rules)
  if (problem) return { kind: 'refused', refusal: problem }
  return grant === 'refresh_token' ? refresh(parameters, rules) : redeem(parameters, rules)
}

/** Why the client is not who it says it is. */
export function authenticate(
  parameters: Parameters,
  { vendor, clients, clientSecret = '' }: GrantRules,
): Refusal | undefined {
  const claimed = parameters.get('client_id')
  if (claimed === undefined) {
    return { error: 'invalid_request', description: 'client_id is missing.' }
  }
  const secret = parameters.get('client_secret')
  const isGood = vendor.needsSecret
    ? secret !== undefined && isSame(secret, clientSecret)
    : secret === undefined
  if (isGood && clients.some(({ clientId }) => clientId === claimed)) return undefined
  return { error: 'invalid_client', description: 'Client authentication failed.' }
}

function redeem(parameters: Parameters, { vendor, families }: GrantRules): GrantOutcome {
  const value = parameters.get('code')
  const verifier = parameters.get('code_verifier')
  if (value === undefined) return refuse('invalid_request', 'code is missing.')
  if (verifier === undefined) return refuse('invalid_request', 'code_verifier is missing.')
  const code = families.useCode(value, parameters.get('client_id') ?? '')
  const isProven =
    code !== undefined &&
    code.redirectUri === parameters.get('redirect_uri') &&
    isSame(createHash('sha256').update(verifier).digest('base64url'), code.codeChallenge)
  if (!isProven) return refuse('invalid_grant', 'The code is not good.', 'code')
  const family = families.begin(code)
  const { scope } = family
  const isRefreshable =
    vendor.refreshTokenScope === undefined || scope.includes(vendor.refreshTokenScope)
  return {
    kind: 'granted',
    family,
    scope,
    accessToken: families.issueAccessToken(family, scope),
    ...(isRefreshable && { refreshToken: families.issueRefreshToken(family) }),
  }
}

function refresh(parameters: Parameters, rules: GrantRules): GrantOutcome {
  const { vendor, families } = rules
  const presented = parameters.get('refresh_token')
  if (presented === undefined) return refuse('invalid_request', 'refresh_token is missing.')
  const token = families.findRefreshToken(presented)
  if (!token || !isUsable(token, parameters.get('client_id'), rules)) {
    return refuse('invalid_grant', 'The refresh token is not good.', 'refresh-token')
  }
  const { family } = token
  const scope = parameters.get('scope')?.split(' ') ?? family.scope
  // RFC 6749 §6. Nothing is spent by it.
  if (!scope.every((word) => family.scope.includes(word))) {
    return refuse('invalid_scope', 'The scope is wider than what was granted.')
  }
  if (vendor.narrowsForGood) family.scope = scope
  if (vendor.endsOldAccessTokens) families.revokeAccessTokens(family)
  const accessToken = families.issueAccessToken(family, scope)
  switch (vendor.refreshTokens) {
    case 'new':
      token.spentAt ??= rules.now()
      return granted(family, scope, accessToken, families.issueRefreshToken(family))
    case 'same':
      return granted(family, scope, accessToken, presented)
    case 'none':
      return { kind: 'granted', family, scope, accessToken }
  }
}

function isUsable(
  { family, expiresAt, spentAt }: StoredRefreshToken,
  clientId: string | undefined,
  rules: GrantRules,
): boolean {
  if (family.consent.clientId !== clientId) return false
  if (spentAt !== undefined) {
    const isAccepted = !family.ended && rules.now() - spentAt < rules.graceMs()
    rules.onReplay(family, isAccepted)
    if (!isAccepted) family.ended = true
  }
  return !family.ended && expiresAt > rules.now()
}

function granted(
  family: TokenFamily,
  scope: readonly string[],
  accessToken: string,
  refreshToken: string,
): GrantOutcome {
  return { kind: 'granted', family, scope, accessToken, refreshToken }
}

function refuse(
  error: Refusal['error'],
  description: string,
  about?: Refusal['about'],
): GrantOutcome {
  return { kind: 'refused', refusal: { error, description, ...(about && { about }) } }
}

function isSame(presented: string, expected: string): boolean {
  const [one, other] = [Buffer.from(presented), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
