import { membersOf } from '../member-of.ts'

/** What distinguishes one access token of a session from another. */
export interface TokenParameters {
  readonly scope?: string
  /** Resource indicator (RFC 8707). */
  readonly resource?: string
  readonly audience?: string
}

/** A copy that inherits nothing: what is not named is not asked for. */
export function toTokenParameters(from: object): TokenParameters {
  return membersOf(from, ['scope', 'resource', 'audience'])
}

/** Names a token set inside a session; see {@link tokenKey}. */
export type TokenKey = string

/** One access token with what came with it. */
export interface TokenSet {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly scope?: string
  /** The generation of the record that this token came with. */
  readonly generation: number
  readonly receivedAt: number
  /** `receivedAt` plus the lifetime the server named; absent if it named none. */
  readonly expiresAt?: number
  /**
   * Resource servers whose 401 made this token necessary, and when. For 30 s no further 401 from
   * them renews it again, in any tab.
   */
  readonly mintedFor?: readonly MintedFor[]
}

export interface MintedFor {
  readonly resourceServer: string
  readonly at: number
}

/** How long a token has to last to be good enough. */
export interface Need {
  readonly leewayMs: number
  readonly minValidityMs?: number | undefined
}

/** `fresh`: serve it; `ageing`: serve it and renew behind the call; `spent`: renew first. */
export type Verdict = 'fresh' | 'ageing' | 'spent'

export const defaultTokenKey: TokenKey = 'default'

const justReceivedMs = 5_000
const ageingFloorMs = 10_000
const mintedForMs = 30_000

/** Whether a text is `1*VSCHAR` (RFC 6749 §A.12): all that an access token may hold, and a header can. */
export function isAccessToken(text: string): boolean {
  return /^[ -~]+$/.test(text)
}

/** Scope is a set: neither order nor repetition carries meaning (RFC 6749 §3.3). */
export function scopeSet(scope: string): string[] {
  return [...new Set(scope.split(' ').filter(Boolean))].sort()
}

/** The same key for the same (scope set, resource, audience). */
export function tokenKey(parameters: TokenParameters): TokenKey {
  const { scope, resource, audience } = parameters
  if (scope === undefined && resource === undefined && audience === undefined)
    return defaultTokenKey
  return JSON.stringify([scope === undefined ? null : scopeSet(scope), resource, audience])
}

/** Whether the token set of this key was asked for with a scope of its own. */
export function hasOwnScope(key: TokenKey): boolean {
  return key.startsWith('[[')
}

/** The scope that the token set of this key was asked for with, if it has one of its own. */
export function scopeOf(key: TokenKey): string | undefined {
  return /^\[\["(.*?)"\]/.exec(key)?.[1]?.replaceAll('","', ' ')
}

/**
 * Ms of life left by the wall clock, never more than the whole life: a clock that was set back does
 * not make a token last longer.
 */
export function remainingMs(token: TokenSet, now: number): number {
  if (token.expiresAt === undefined) return Infinity
  return Math.min(token.expiresAt - now, token.expiresAt - token.receivedAt)
}

/** The leeway, but never more than a tenth of the token's life. */
export function leewayOf(token: TokenSet, leewayMs: number): number {
  if (token.expiresAt === undefined) return leewayMs
  return Math.min(leewayMs, (token.expiresAt - token.receivedAt) / 10)
}

/**
 * Judges a token that has `leftMs` to live. One that has just been received is good enough for
 * anybody, however short its life: renewing it again would only begin a loop.
 */
export function judgeToken(token: TokenSet, leftMs: number, now: number, need: Need): Verdict {
  const ageMs = now - token.receivedAt
  if (ageMs >= 0 && ageMs < justReceivedMs) return 'fresh'
  if (leftMs > leewayOf(token, need.leewayMs) && leftMs >= (need.minValidityMs ?? 0)) return 'fresh'
  return leftMs > 0 && leftMs >= (need.minValidityMs ?? ageingFloorMs) ? 'ageing' : 'spent'
}

/** Whether a 401 of this resource server has made this token necessary within the last 30 s. */
export function isMintedFor(token: TokenSet, resourceServer: string, now: number): boolean {
  return recentlyMintedFor(token, now).some((entry) => entry.resourceServer === resourceServer)
}

/** What its successor has to carry on, or two servers that reject everything would take turns in having it renewed. */
function recentlyMintedFor(token: TokenSet | undefined, now: number): readonly MintedFor[] {
  return (token?.mintedFor ?? []).filter(({ at }) => at <= now && now - at < mintedForMs)
}

/** What the successor of `token` is flagged with, if a 401 of that resource server has led to it. */
export function mintedForBy(
  token: TokenSet | undefined,
  resourceServer: string | undefined,
  at: number,
): readonly MintedFor[] {
  const carried = recentlyMintedFor(token, at)
  if (resourceServer === undefined) return carried
  const others = carried.filter((entry) => entry.resourceServer !== resourceServer)
  return [...others, { resourceServer, at }]
}
