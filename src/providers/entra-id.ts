import { readMembers, wrong } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface EntraIdArguments {
  /** The directory (tenant) ID, as the app registration shows it. */
  readonly tenant: string
}

export type EntraIdOptions = ProviderOptions<{
  authorizationServer: string
  scope: 'openid offline_access'
}>

/**
 * Options for Microsoft Entra ID: the issuer of one tenant in the public cloud, and the scope that
 * yields a refresh token. Set
 * `scope` to `openid offline_access` with the scopes of your API after the spread: without those the
 * access token is for Microsoft Graph. Name the API's scopes in `resourceServers` as well: Entra ID
 * refuses some renewals that name none (AADSTS90009, AADSTS90023).
 *
 * Sources: Microsoft's pages "OpenID Connect on the Microsoft identity platform" (issuer and
 * metadata), "OAuth 2.0 authorization code flow" (error words; refresh tokens of single-page apps,
 * which last 24 hours however often they are renewed) and "Refresh tokens". There is no revocation
 * endpoint: a sign-out leaves the refresh token alive until it runs out.
 *
 * Not verified against a live tenant. National clouds, external tenants and B2C have other issuers:
 * pass those as `authorizationServer` after the spread.
 *
 * @throws {TypeError} Names the argument and the rule. `common`, `organizations` and `consumers` are
 *   refused: every token names the tenant it came from as its issuer, and those are nobody's issuer.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { entraId } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...entraId({ tenant: '11111111-2222-3333-4444-555555555555' }),
 *   clientId: '66666666-7777-8888-9999-000000000000',
 *   scope: 'openid offline_access api://orders/Orders.Read',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: [{ url: 'https://api.example.com/v2/', scope: 'api://orders/Orders.Read' }],
 * })
 * ```
 */
export function entraId(given: EntraIdArguments): EntraIdOptions {
  const place = ['entraId', 'tenant'] as const
  const { tenant } = readMembers('entraId', given, ['tenant'])
  if (['common', 'organizations', 'consumers'].includes(tenant)) {
    throw wrong(place, `must not be '${tenant}': the issuer in its tokens would not match`)
  }
  if (typeof tenant !== 'string' || !tenantId.test(tenant)) {
    // A domain name finds the same metadata, but they name the ID as the issuer.
    throw wrong(place, 'must be the directory (tenant) ID, 8-4-4-4-12 hexadecimal digits')
  }
  return {
    authorizationServer: `https://login.microsoftonline.com/${tenant.toLowerCase()}/v2.0`,
    scope: 'openid offline_access',
  }
}

const tenantId = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
