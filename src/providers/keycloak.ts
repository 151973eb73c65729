import { parseBaseUrl, parseSegment, readMembers, wrong } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface KeycloakArguments {
  /** Where the server is: `'https://sso.example.com'`; before version 17, and where so configured, with `/auth`. */
  readonly baseUrl: string
  readonly realm: string
}

export type KeycloakOptions = ProviderOptions<{
  authorizationServer: string
  scope: 'openid'
}>

/**
 * Options for Keycloak: the issuer of a realm, and a scope. Keycloak gives a refresh token without
 * being asked; `offline_access` would make it one that outlives the user's session at Keycloak.
 *
 * Sources: Keycloak's guide "Securing applications", on OpenID Connect endpoints and on offline
 * sessions, and its Server Administration Guide, on sessions and on "Revoke Refresh Token". The life
 * of the refresh token is read from its replies (`refresh_expires_in`, 0 for none).
 *
 * Not verified against a live server.
 *
 * @throws {TypeError} Names the argument and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { keycloak } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...keycloak({ baseUrl: 'https://sso.example.com', realm: 'shop' }),
 *   clientId: 'spa',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://api.example.com/v2/'],
 * })
 * ```
 */
export function keycloak(given: KeycloakArguments): KeycloakOptions {
  const read = readMembers('keycloak', given, ['baseUrl', 'realm'])
  const place = ['keycloak', 'baseUrl'] as const
  const baseUrl = parseBaseUrl(read.baseUrl, place)
  if (/\/realms(?:\/|$)/.test(baseUrl)) throw wrong(place, 'must not hold /realms, which is added')
  const realm = parseSegment(read.realm, ['keycloak', 'realm'])
  return { authorizationServer: `${baseUrl}/realms/${realm}`, scope: 'openid' }
}
