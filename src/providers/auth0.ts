import { parseHost, parseWord, readMembers } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface Auth0Arguments {
  /** The tenant's domain or its custom domain: `'example.eu.auth0.com'`. */
  readonly domain: string
  /** The identifier of the API that the access token is for. Without it Auth0 issues an opaque token. */
  readonly audience?: string | undefined
}

export type Auth0Options = ProviderOptions<{
  authorizationServer: string
  scope: 'openid offline_access'
  audience?: string
  endSession: { readonly url: string; readonly returnToParameter: 'returnTo' }
}>

/**
 * Options for Auth0: the issuer, the scope that yields a refresh token, and the sign-out address that
 * every tenant has.
 *
 * Sources: `offline_access`, "Allow Offline Access" at the API, and the refresh grant without a
 * secret are from Auth0's page "Refresh Tokens"; the sign-out addresses are from its pages "Log Users
 * Out of Auth0" (`/v2/logout`, and the OpenID Connect endpoint, which tenants made before 14 November
 * 2023 do not name in their metadata unless that is switched on). With `endSession: undefined` after
 * the spread the endpoint in the metadata is used.
 *
 * Not verified against a live tenant.
 *
 * @throws {TypeError} Names the argument and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { auth0 } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...auth0({ domain: 'example.eu.auth0.com', audience: 'https://api.example.com' }),
 *   clientId: 'spa',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://api.example.com/v2/'],
 * })
 * ```
 */
export function auth0(given: Auth0Arguments): Auth0Options {
  const read = readMembers('auth0', given, ['domain', 'audience'])
  const domain = parseHost(read.domain, ['auth0', 'domain'])
  const { audience } = read
  return {
    // Auth0's issuers end in a slash, and its tokens name them so.
    authorizationServer: `https://${domain}/`,
    scope: 'openid offline_access',
    ...(audience === undefined ? {} : { audience: parseWord(audience, ['auth0', 'audience']) }),
    endSession: { url: `https://${domain}/v2/logout`, returnToParameter: 'returnTo' },
  }
}
