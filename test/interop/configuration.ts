import type { ProviderSetup } from './provider-configuration.ts'
import type { ProviderUnderTest } from './provider-under-test.ts'
import type { AppOptions } from './stage.ts'

/** One way in which a provider may be set up, and what an app gets from it. */
export interface Configuration {
  /** Read as “with …”. */
  readonly feature: string
  readonly provider?: ProviderSetup
  readonly app?: AppOptions
  readonly clockErrorMs?: number
  readonly expected?: {
    /** `undefined`: the app is not told. Default: `'ada'`. */
    readonly sub?: unknown
    readonly scope?: string
    /** Of the `id_token`, besides those that are always there. */
    readonly claims?: object
    /** What is called with the token. Default: the userinfo endpoint. */
    readonly calls?: (provider: ProviderUnderTest) => string
    /** Default: `'Bearer'`. */
    readonly tokenType?: 'DPoP'
    readonly discoveries?: number
    /** Whether a sign-out goes on to the provider. Default: `true`. */
    readonly leaves?: boolean
    /** `undefined`: the app is not told. Default: five minutes. */
    readonly lifetimeMs?: number | undefined
    /** Words that the token endpoint refuses with on the way. */
    readonly refused?: readonly string[]
  }
}

/** Resources as oidc-provider has them, with tokens of one format. */
export function resources(format: 'jwt' | 'opaque', more: object = {}): object {
  return {
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context: unknown, audience: string) => ({
        scope: 'orders:read orders:write',
        audience,
        accessTokenFormat: format,
        jwt: { sign: { alg: 'ES256' } },
      }),
      ...more,
    },
  }
}

/** An app whose tokens are for the API. */
export const ordersApp: AppOptions = ({ api }) => ({
  scope: 'openid profile offline_access orders:read',
  resource: api.resources[0],
  resourceServers: [api.resources[0]],
})

/** What an `id_token` may hold, lists and objects among it. */
export const claims: Readonly<Record<string, unknown>> = {
  name: 'Ada',
  roles: ['admin', 'clerk'],
  address: { country: 'GB', lines: ['12 St James’s Square'] },
  'https://app.example/tenant': { id: 7, active: true, parent: null },
}

/** Replies that pass through somebody's hands. */
export function altered(
  feature: string,
  alterReply: Exclude<ProviderSetup['alterReply'], undefined>,
  expected: Exclude<Configuration['expected'], undefined> = {},
): Configuration {
  return { feature, provider: { alterReply }, expected }
}

/**
 * An `id_token` whose claims are others. Its signature does not fit them, which nobody looks at in
 * what came by TLS (OpenID Connect Core §3.1.3.7), but it would not do as a hint at sign-out.
 */
export function idTokenWith(what: string, changes: (isRefresh: boolean) => object): Configuration {
  const alterReply = (
    reply: Record<string, unknown>,
    isRefresh: boolean,
  ): Record<string, unknown> => {
    const [header, payload = '', signature] = String(reply['id_token']).split('.')
    const held = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const others = JSON.stringify({ ...held, ...changes(isRefresh) })
    const idToken = [header, Buffer.from(others).toString('base64url'), signature].join('.')
    return { ...reply, id_token: idToken }
  }
  const { aud = 'spa' } = changes(false) as { readonly aud?: unknown }
  return {
    feature: `an id_token with ${what}`,
    provider: { alterReply },
    app: () => ({ postLogoutRedirectUri: undefined }),
    expected: { leaves: false, claims: { aud } },
  }
}
