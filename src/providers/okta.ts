import { parseBaseUrl, readMembers, wrong } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface OktaArguments {
  /**
   * The issuer: of a custom authorization server, `'https://example.okta.com/oauth2/default'`, or of
   * the organization, `'https://example.okta.com'`, whose access tokens are for Okta's own API only.
   */
  readonly issuer: string
}

export type OktaOptions = ProviderOptions<{
  authorizationServer: string
  scope: 'openid offline_access'
}>

/**
 * Options for Okta: the issuer, spelled as Okta's metadata spell it, and the scope that yields a
 * refresh token.
 *
 * Sources: Okta's guides "Refresh access tokens and rotate refresh tokens" (`offline_access`, rotation
 * for single-page apps with a grace of 30 s unless set otherwise) and "Authorization servers" (issuers
 * and their metadata).
 *
 * Not verified against a live organization.
 *
 * @throws {TypeError} Names the argument and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { okta } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...okta({ issuer: 'https://example.okta.com/oauth2/default' }),
 *   clientId: 'spa',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://api.example.com/v2/'],
 * })
 * ```
 */
export function okta(given: OktaArguments): OktaOptions {
  const read = readMembers('okta', given, ['issuer'])
  const place = ['okta', 'issuer'] as const
  const issuer = parseBaseUrl(read.issuer, place)
  if (/^https:\/\/[^/]+-admin\.okta(?:preview|-emea)?\.com/.test(issuer)) {
    throw wrong(place, "must not be the admin console's address, but the one without -admin")
  }
  return { authorizationServer: issuer, scope: 'openid offline_access' }
}
