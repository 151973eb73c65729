import { parseOwnAddress, readMembers, wrong } from './arguments.ts'
import type { ProviderOptions } from './provider-options.ts'

export interface DailyPayArguments {
  readonly environment: 'production' | 'uat'
  /** URL or path of the app's own token proxy, if DailyPay has issued a client secret. */
  readonly tokenProxy?: string | undefined
}

export type DailyPayOptions = ProviderOptions<{
  authorizationServer: {
    readonly issuer: string
    readonly authorization_endpoint: string
    readonly token_endpoint: string
    readonly revocation_endpoint?: string
    readonly end_session_endpoint: string
  }
  scope: 'offline_access'
  spentRefreshToken: readonly ['token_inactive']
}>

const hosts = { production: 'auth.dailypay.com', uat: 'auth.uat.dailypay.com' } as const

/**
 * Options for DailyPay: the endpoints of one of its two environments, by value, and a word for a spent
 * refresh token. DailyPay tells each client which scopes it may ask for: set `scope` to those after
 * the spread, `offline_access` among them.
 *
 * Sources: the token endpoints, the form and the optional secret are from DailyPay's page "Refresh an
 * Access Token"; the authorization endpoint and the scopes from "Authorization Code Flow". The
 * remaining endpoints and the issuer are from a public catalogue of its metadata; for UAT they are
 * concluded from production.
 *
 * Not verified: CORS at the token endpoint (try a preflight before relying on it), whether it
 * rotates, and how the issuer is spelled in an `id_token`, which matters only with the scope `openid`.
 * `token_inactive` is what older versions of Ory Hydra say, which the paths look like.
 *
 * @throws {TypeError} Names the argument and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { dailyPay } from 'tokenring/providers'
 *
 * const auth = createTokenManager({
 *   ...dailyPay({ environment: 'uat' }),
 *   clientId: 'spa',
 *   scope: 'offline_access user:read',
 *   redirectUri: 'https://app.example.com/callback',
 *   resourceServers: ['https://api.example.com/v2/'],
 * })
 * ```
 */
export function dailyPay(given: DailyPayArguments): DailyPayOptions {
  const { environment, tokenProxy } = readMembers('dailyPay', given, ['environment', 'tokenProxy'])
  if (!Object.keys(hosts).includes(environment)) {
    throw wrong(['dailyPay', 'environment'], "must be 'production' or 'uat'")
  }
  const issuer = `https://${hosts[environment]}`
  const endpoints =
    tokenProxy === undefined
      ? { token_endpoint: `${issuer}/oauth2/token`, revocation_endpoint: `${issuer}/oauth2/revoke` }
      : // A client with a secret cannot revoke without it.
        { token_endpoint: parseOwnAddress(tokenProxy, ['dailyPay', 'tokenProxy']) }
  return {
    authorizationServer: {
      issuer,
      authorization_endpoint: `${issuer}/oauth2/auth`,
      end_session_endpoint: `${issuer}/oauth2/sessions/logout`,
      ...endpoints,
    },
    scope: 'offline_access',
    spentRefreshToken: ['token_inactive'],
  }
}
