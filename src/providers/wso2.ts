import { parseBaseUrl, readMembers, wrong } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface Wso2Arguments {
  /** Where the server is: `'https://is.example.com:9443'`, with `/t/{tenant}` for a tenant. */
  readonly baseUrl: string
}

export type Wso2Options = ProviderOptions<{
  authorizationServer: string
  scope: 'openid'
}>

/**
 * Options for WSO2 Identity Server and Asgardeo: the issuer, whose metadata name the endpoints, and a
 * scope. No scope has to be asked for to get a refresh token.
 *
 * Sources: WSO2's page "Refresh Token Grant" (a refresh token with every grant but implicit and client
 * credentials; rotation by `RenewRefreshTokenForRefreshGrant`) and its page on OpenID Connect
 * discovery (`{baseUrl}/oauth2/token` is the default issuer). Rotating and not rotating both work,
 * without a setting here.
 *
 * Not verified: CORS at the discovery endpoint. The vendor's page authenticates with a secret: the
 * application has to be a public client instead, or use the token proxy. A server whose issuer was
 * renamed needs its metadata by value.
 *
 * @throws {TypeError} Names the argument and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { wso2 } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...wso2({ baseUrl: 'https://is.example.com:9443' }),
 *   clientId: 'spa',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://api.example.com/v2/'],
 * })
 * ```
 */
export function wso2(given: Wso2Arguments): Wso2Options {
  const read = readMembers('wso2', given, ['baseUrl'])
  const place = ['wso2', 'baseUrl'] as const
  const baseUrl = parseBaseUrl(read.baseUrl, place)
  if (/\/oauth2(?:\/|$)/.test(baseUrl)) throw wrong(place, 'must not hold /oauth2, which is added')
  return { authorizationServer: `${baseUrl}/oauth2/token`, scope: 'openid' }
}
