import type { AuthorizationServerCounters, Tallies } from './authorization-server-counters.ts'
import type { AuthorizationServerOptions } from './authorization-server-options.ts'
import type { Whose } from './authorization-server-store.ts'
import { createSetting } from './setting.ts'
import type { Setting, TakeBack } from './setting.ts'
import { createFaultSwitch } from './token-endpoint-faults.ts'
import type { FaultSwitch, TokenEndpointFault } from './token-endpoint-faults.ts'

/** How far a page lets go of whoever has opened it (HTML, cross-origin opener policies). */
export const openerPolicies = ['same-origin', 'same-origin-allow-popups'] as const
export type OpenerPolicy = (typeof openerPolicies)[number]

/** What can be changed at an authorization server while it runs. */
export interface AuthorizationServerSettings {
  readonly accessTokenTtlSeconds: Setting<number>
  readonly refreshTokenGraceMs: Setting<number>
  readonly openerPolicy: Setting<OpenerPolicy | undefined>
  readonly faults: FaultSwitch
}

export function createAuthorizationServerSettings(
  options: Pick<AuthorizationServerOptions, 'accessTokenTtlSeconds' | 'refreshTokenGraceMs'>,
): AuthorizationServerSettings {
  return {
    accessTokenTtlSeconds: createSetting(options.accessTokenTtlSeconds),
    refreshTokenGraceMs: createSetting(options.refreshTokenGraceMs ?? 0),
    openerPolicy: createSetting<OpenerPolicy | undefined>(undefined),
    faults: createFaultSwitch(),
  }
}

/** What is read off an authorization server, and changed at it, other than by an app's requests. */
export interface Operations {
  /** Of one client; default: the main one. */
  counters(clientId?: string): AuthorizationServerCounters
  /** Those of all clients. */
  resetCounters(): void
  /** For tokens issued from now on. */
  setAccessTokenTtl(seconds: number): TakeBack
  /** For all refresh tokens, also for those that are spent already. */
  setRefreshTokenGrace(ms: number): TakeBack
  refreshTokenGraceMs(): number
  /** Of all its pages, that of the sign-in too. Default: none, as a server has it that says nothing. */
  setOpenerPolicy(policy: OpenerPolicy): TakeBack
  openerPolicy(): OpenerPolicy | undefined
  /** Of the token endpoint; `undefined`: it has none, whatever was set before. */
  setFault(fault: TokenEndpointFault | undefined): TakeBack
  /** What will befall the next token request. */
  fault(): TokenEndpointFault | undefined
  /** Ends sessions; default: all. The next refresh is refused. */
  revokeGrants(whose?: Whose): void
  /** Revokes the access tokens that are there by now; default: all. Their sessions go on. */
  revokeAccessTokens(whose?: Whose): void
  isAccessTokenRevoked(jti: string): boolean
}

/** The operations of an authorization server, from what only that server can say and do. */
export function createOperations(parts: {
  readonly mainClientId: string
  readonly tallies: Tallies
  readonly settings: AuthorizationServerSettings
  /** Sign-ins that have a refresh token which is neither spent nor revoked. */
  sessions(clientId: string): number
  revokeGrants(whose: Whose): void
  revokeAccessTokens(whose: Whose): void
  isAccessTokenRevoked(jti: string): boolean
}): Operations {
  const { tallies, settings } = parts
  return {
    counters: (clientId = parts.mainClientId) => ({
      ...tallies.of(clientId),
      sessions: parts.sessions(clientId),
    }),
    resetCounters: tallies.reset,
    setAccessTokenTtl: settings.accessTokenTtlSeconds.set,
    setRefreshTokenGrace: settings.refreshTokenGraceMs.set,
    refreshTokenGraceMs: settings.refreshTokenGraceMs.get,
    setOpenerPolicy: settings.openerPolicy.set,
    openerPolicy: settings.openerPolicy.get,
    setFault: settings.faults.set,
    fault: settings.faults.next,
    revokeGrants: (whose = {}) => parts.revokeGrants(whose),
    revokeAccessTokens: (whose = {}) => parts.revokeAccessTokens(whose),
    isAccessTokenRevoked: parts.isAccessTokenRevoked,
  }
}
