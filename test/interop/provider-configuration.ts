import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { ProviderContext } from 'oidc-provider'
import type { ApiOptions } from './api-under-test.ts'

export const redirectUri = 'https://app.example/callback'
export const postLogoutRedirectUri = 'https://app.example/bye'
export const clientId = 'spa'

/** How one oidc-provider differs from the one that every row starts from. */
export interface ProviderSetup {
  /** Of the issuer, and where the provider is mounted. Default: `''`, the origin itself. */
  readonly path?: string
  /** Laid over oidc-provider's configuration. */
  readonly configuration?: object
  readonly features?: object
  /** Lifetimes in seconds, by what lives. */
  readonly ttl?: Readonly<Record<string, number>>
  /** Laid over the metadata of the app's registration. */
  readonly client?: object
  /** Of the signing key. Default: `'ES256'`. */
  readonly idTokenAlg?: SigningAlg
  /** What the user is known for, besides `sub`. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** How the login went, besides for whom. */
  readonly login?: object
  /** The user says no. */
  readonly isDenied?: boolean
  /** What becomes of a token reply on its way out. */
  readonly alterReply?: (
    reply: Record<string, unknown>,
    isRefresh: boolean,
  ) => Record<string, unknown>
  /** Addresses that it does not have. */
  readonly hides?: (path: string) => boolean
  /** The API beside it. */
  readonly api?: ApiOptions
}

export type SigningAlg = 'ES256' | 'RS256' | 'PS256' | 'EdDSA' | 'Ed25519'

/** What a provider is set up with, its store and its grants apart. */
export function providerConfiguration(setup: ProviderSetup): object {
  const { idTokenAlg = 'ES256', claims = {} } = setup
  return {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [postLogoutRedirectUri],
        ...setup.client,
      },
      {
        client_id: 'api',
        client_secret: 'api-secret',
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
    ],
    clientDefaults: { id_token_signed_response_alg: idTokenAlg },
    jwks: { keys: [signingKey(idTokenAlg)] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    scopes: ['openid', 'profile', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name', ...Object.keys(claims)] },
    clientBasedCORS: () => true,
    ttl: {
      AccessToken: 300,
      Grant: 3600,
      IdToken: 300,
      Interaction: 60,
      RefreshToken: 3600,
      Session: 3600,
      ...setup.ttl,
    },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/login/${uid}` },
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, name: 'Ada', ...claims }),
    }),
    renderError(context: ProviderContext, error: object) {
      context.type = 'text'
      context.body = JSON.stringify(error)
    },
    ...setup.configuration,
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(context: ProviderContext, form: string) {
          context.body = form
        },
      },
      ...setup.features,
    },
  }
}

function signingKey(alg: SigningAlg): object {
  const { privateKey } = alg.startsWith('Ed')
    ? generateKeyPairSync('ed25519')
    : alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg }
}
