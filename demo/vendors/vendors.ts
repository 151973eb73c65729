import type { TokenEndpointFault } from '../token-endpoint-faults.ts'
import { auth0, auth0Rotating } from './auth0.ts'
import { dailyPay, dailyPaySecret } from './daily-pay.ts'
import { mercadoPago } from './mercado-pago.ts'
import type { Vendor, VendorManagerOptions } from './vendor.ts'
import { wso2Reusing, wso2Rotating } from './wso2.ts'

/** The vendors that a contract server can stand in for. */
export type VendorName =
  | 'auth0'
  | 'auth0-rotating'
  | 'wso2-rotating'
  | 'wso2-reusing'
  | 'daily-pay'
  | 'daily-pay-secret'
  | 'mercado-pago'

const vendors: Readonly<Record<VendorName, Vendor>> = {
  auth0,
  'auth0-rotating': auth0Rotating,
  'wso2-rotating': wso2Rotating,
  'wso2-reusing': wso2Reusing,
  'daily-pay': dailyPay,
  'daily-pay-secret': dailyPaySecret,
  'mercado-pago': mercadoPago,
}

/** The authorization servers that the demo can be run against. */
export type AuthorizationServerName = 'oidc-provider' | VendorName

export const authorizationServerNames: readonly AuthorizationServerName[] = [
  'oidc-provider',
  ...(Object.keys(vendors) as VendorName[]),
]

/** What to call it in front of people. */
export function serverTitle(name: AuthorizationServerName): string {
  return vendorNamed(name)?.title ?? 'oidc-provider'
}

/** The vendor that a contract server stands in for; none for `'oidc-provider'`, which is real. */
export function vendorNamed(name: AuthorizationServerName): Vendor | undefined {
  return name === 'oidc-provider' ? undefined : vendors[name]
}

/** What a page is told about the authorization server that is in use. JSON, without a secret. */
export interface VendorFacts {
  readonly name: AuthorizationServerName
  readonly title: string
  /** For `createTokenManager`, besides the page's own addresses. */
  readonly managerOptions: VendorManagerOptions
  /** For the client that refreshes as most apps do. */
  readonly twentyLines: {
    readonly authorizationEndpoint: string
    /** Besides those that every vendor wants. */
    readonly authorizationParameters: Readonly<Record<string, string>>
    /** Relative to the page, where it is a token proxy. */
    readonly tokenEndpoint: string
  }
  /** The fault that is this server's way to say that it is asked too often. */
  readonly tooManyRequests: TokenEndpointFault
}

/** The paths of a server's token proxies at the page's origin, one for each client. */
export function tokenProxyPaths(name: AuthorizationServerName): {
  readonly main: string
  readonly twentyLines: string
} {
  return { main: `/token-proxy/${name}`, twentyLines: `/token-proxy/${name}/twenty-lines` }
}

export function vendorFacts(
  name: AuthorizationServerName,
  at: { readonly origin: string; readonly apiOrigin: string; readonly clientId: string },
): VendorFacts {
  const { origin, clientId } = at
  const vendor = vendorNamed(name)
  if (!vendor) {
    return {
      name,
      title: serverTitle(name),
      managerOptions: {
        authorizationServer: origin,
        clientId,
        scope: 'openid profile orders:read orders:write',
      },
      twentyLines: {
        authorizationEndpoint: `${origin}/auth`,
        authorizationParameters: {},
        tokenEndpoint: `${origin}/token`,
      },
      tooManyRequests: {
        kind: 'reply',
        when: 'before',
        status: 429,
        headers: { 'retry-after': '2' },
      },
    }
  }
  const { paths, title, needsSecret, tooManyRequests } = vendor
  const managerOptions = vendor.managerOptions({ ...at, tokenProxy: tokenProxyPaths(name).main })
  const { audience, authorizationParameters } = managerOptions
  return {
    name,
    title,
    managerOptions,
    twentyLines: {
      authorizationEndpoint: origin + paths.authorization,
      authorizationParameters: { ...authorizationParameters, ...(audience && { audience }) },
      tokenEndpoint: needsSecret ? tokenProxyPaths(name).twentyLines : origin + paths.token,
    },
    tooManyRequests,
  }
}
