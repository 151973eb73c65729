import { parseOwnAddress, readMembers, wrong } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface MercadoPagoArguments {
  /** URL or path of the app's own token proxy, which adds the client secret. */
  readonly tokenProxy: string
}

export type MercadoPagoOptions = ProviderOptions<{
  authorizationServer: {
    readonly issuer: 'https://api.mercadopago.com'
    readonly authorization_endpoint: string
    readonly token_endpoint: string
  }
  scope: 'offline_access read write'
  authorizationParameters: { readonly platform_id: 'mp' }
  leewayMs: number
}>

/**
 * Options for Mercado Pago: its sign-in address, the app's own token proxy in place of its token
 * endpoint, and the scope that yields a refresh token. Mercado Pago demands a client secret, which
 * must not be in a browser: the proxy adds it and turns the form into JSON.
 *
 * Sources: the secret, the JSON, the refresh token that is new every time, the scope `offline_access`
 * (which the application needs too) and the 180 days are from Mercado Pago's page "Renew Access
 * Token". Its samples with the grant `refresh-token` and its advice to send the authorization code
 * again are mistakes of the page, and not followed. The sign-in address and `platform_id` are those of
 * its guide on OAuth, as public integrations use them. It is no OpenID provider: it has no `id_token`,
 * no metadata, no revocation and no sign-out page, and the issuer is only a name.
 *
 * The refresh token dies with the access token, after 180 days, so `leewayMs` is 18 of them: a user who
 * comes within those keeps the session.
 *
 * Not verified against the live service; in particular the sign-in address, which may differ by
 * country, and the scopes `read write`.
 *
 * @throws {TypeError} Names the argument and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { mercadoPago } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...mercadoPago({ tokenProxy: '/oauth/token' }),
 *   clientId: '1234567890',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://app.example.com/api/'],
 * })
 * ```
 */
export function mercadoPago(given: MercadoPagoArguments): MercadoPagoOptions {
  const read = readMembers('mercadoPago', given, ['tokenProxy'])
  const place = ['mercadoPago', 'tokenProxy'] as const
  const tokenProxy = parseOwnAddress(read.tokenProxy, place)
  if (/^https:\/\/(?:[^/]+\.)?mercadopago\.com(?:\.\w+)?(?:[:/]|$)/.test(tokenProxy)) {
    throw wrong(place, "must be a proxy of the app's own: Mercado Pago itself demands a secret")
  }
  return {
    authorizationServer: {
      issuer: 'https://api.mercadopago.com',
      authorization_endpoint: 'https://auth.mercadopago.com/authorization',
      token_endpoint: tokenProxy,
    },
    scope: 'offline_access read write',
    authorizationParameters: { platform_id: 'mp' },
    leewayMs: renewAheadMs,
  }
}

/** A tenth of the 180 days, which is as much as the manager takes. */
const renewAheadMs = 18 * 24 * 60 * 60 * 1_000
