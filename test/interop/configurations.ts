import { dpop } from '../../src/index.ts'
import {
  altered,
  claims,
  idTokenWith,
  ordersApp,
  resources,
  type Configuration,
} from './configuration.ts'
import type { SigningAlg } from './provider-configuration.ts'
import type { ProviderUnderTest } from './provider-under-test.ts'
import type { AppOptions } from './stage.ts'

const minuteMs = 60_000
const nonceSecret = Buffer.alloc(32, 7)
const ordersOf = ({ api }: ProviderUnderTest): string => api.resources[0]

const atOrders = { scope: 'orders:read', calls: ordersOf }
const withDpop: AppOptions = () => ({ dpop: dpop() })
const bound = { tokenType: 'DPoP' } as const
const always = { issueRefreshToken: () => true }

export const configurations: readonly Configuration[] = [
  { feature: 'its own defaults' },
  {
    feature: 'refresh tokens that stay the same',
    provider: { configuration: { rotateRefreshToken: false } },
  },
  {
    feature: 'refresh tokens that are rotated each time',
    provider: { configuration: { rotateRefreshToken: true } },
  },
  {
    feature: 'refresh tokens that are rotated for some clients only',
    provider: {
      configuration: {
        rotateRefreshToken: ({ oidc }: { oidc: { client: { clientAuthMethod: string } } }) =>
          oidc.client.clientAuthMethod === 'none',
      },
    },
  },
  {
    feature: 'refresh tokens that end with the session of the provider',
    provider: { configuration: { ...always, expiresWithSession: () => true } },
  },

  altered('replies that name no scope', ({ scope: _, ...reply }) => reply),
  altered('replies that name no lifetime', ({ expires_in: _, ...reply }) => reply, {
    lifetimeMs: undefined,
  }),
  altered('lifetimes written as text', (reply) => ({ ...reply, expires_in: '300' })),
  altered('members that are null', (reply) => ({
    ...reply,
    refresh_expires_in: null,
    scope: null,
  })),
  altered('a token type in lower case', (reply) => ({ ...reply, token_type: 'bearer' })),
  altered('access tokens that live for two seconds', (reply) => ({ ...reply, expires_in: 2 }), {
    lifetimeMs: 2_000,
  }),
  {
    feature: 'access tokens that live for ten years',
    provider: { ttl: { AccessToken: 315_360_000, RefreshToken: 315_360_000 } },
    expected: { lifetimeMs: 315_360_000_000 },
  },
  altered('an id_token at sign-in and none after it', ({ id_token, ...reply }, isRefresh) =>
    isRefresh ? reply : { ...reply, id_token },
  ),
  {
    feature: 'refresh tokens that stay the same, and are not said again',
    provider: {
      configuration: { rotateRefreshToken: false },
      alterReply: ({ refresh_token, ...reply }, isRefresh) =>
        isRefresh ? reply : { ...reply, refresh_token },
    },
  },

  { feature: 'an issuer that has a path', provider: { path: '/tenants/7' } },
  { feature: 'an issuer that ends in a slash', provider: { path: '/tenants/7/' } },
  {
    feature: 'metadata that the app brings along',
    app: ({ issuer }) => ({
      authorizationServer: {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        revocation_endpoint: `${issuer}/token/revocation`,
        end_session_endpoint: `${issuer}/session/end`,
      },
    }),
    expected: { discoveries: 0 },
  },
  {
    feature: 'metadata at the address of RFC 8414 alone',
    provider: { hides: (path) => path === '/.well-known/openid-configuration' },
  },

  ...(['ES256', 'RS256', 'PS256', 'Ed25519', 'EdDSA'] as const).map(
    (idTokenAlg: SigningAlg): Configuration => ({
      feature: `id_tokens signed by ${idTokenAlg}`,
      provider: { idTokenAlg },
    }),
  ),
  {
    feature: 'an id_token that holds the claims of the profile, lists and objects among them',
    provider: { configuration: { conformIdTokenClaims: false }, claims },
    expected: { claims },
  },
  {
    feature: 'an id_token that leaves the claims of the profile to userinfo',
    provider: { configuration: { conformIdTokenClaims: true }, claims },
  },
  {
    feature: 'an id_token that no address has room for',
    provider: {
      configuration: { conformIdTokenClaims: false },
      claims: { groups: Array.from({ length: 400 }, (_, index) => `group-${index}`) },
    },
  },
  idTokenWith('an audience that is a list', () => ({ aud: ['spa'] })),
  idTokenWith('an audience of several, and the app as its party', () => ({
    aud: ['spa', 'account'],
    azp: 'spa',
  })),
  idTokenWith('a nonce at sign-in and none after it', (isRefresh) =>
    isRefresh ? { nonce: undefined } : {},
  ),
  idTokenWith('instants in fractions of seconds', () => {
    const iat = Date.now() / 1_000
    return { iat, exp: iat + 300.5 }
  }),
  {
    feature: 'pairwise subjects',
    provider: {
      client: { subject_type: 'pairwise' },
      configuration: {
        subjectTypes: ['pairwise'],
        pairwiseIdentifier: (_context: unknown, sub: string) => `pairwise-${sub}`,
      },
    },
    expected: { sub: 'pairwise-ada' },
  },
  {
    feature: 'OAuth alone, without OpenID Connect',
    provider: { features: resources('jwt'), configuration: always },
    app: (provider) => ({ ...ordersApp(provider), scope: 'orders:read' }),
    expected: { ...atOrders, sub: undefined },
  },

  {
    feature: 'access tokens that are JWTs for one API (RFC 9068, RFC 8707)',
    provider: { features: resources('jwt') },
    app: ordersApp,
    expected: atOrders,
  },
  {
    feature: 'opaque access tokens for one API',
    provider: { features: resources('opaque') },
    app: ordersApp,
    expected: atOrders,
  },
  {
    feature: 'an API that every token is for, named or not',
    provider: {
      features: resources('jwt', {
        defaultResource: ({ oidc }: { oidc: { issuer: string } }) => `${oidc.issuer}/api/orders`,
        useGrantedResource: () => true,
      }),
    },
    app: (provider) => ({ ...ordersApp(provider), resource: undefined }),
    expected: atOrders,
  },
  {
    feature: 'a scope that it does not know of',
    app: () => ({ scope: 'openid profile offline_access unheard-of' }),
  },
  {
    feature: 'an app that signs out by itself alone',
    app: () => ({ postLogoutRedirectUri: undefined }),
    expected: { leaves: false },
  },
  {
    feature: 'an audience that it does not know of',
    app: () => ({ audience: 'https://api.example' }),
  },

  { feature: 'tokens bound to a key (DPoP)', app: withDpop, expected: bound },
  {
    feature: 'tokens that have to be bound to a key',
    provider: { client: { dpop_bound_access_tokens: true } },
    app: withDpop,
    expected: bound,
  },
  {
    feature: 'tokens bound to a key, and nonces offered',
    provider: { features: { dPoP: { enabled: true, nonceSecret } } },
    app: withDpop,
    expected: bound,
  },
  {
    feature: 'tokens bound to a key, and nonces required',
    provider: { features: { dPoP: { enabled: true, nonceSecret, requireNonce: () => true } } },
    app: withDpop,
    expected: { ...bound, refused: ['use_dpop_nonce'] },
  },
  {
    feature: 'tokens bound to a key, and an API with nonces of its own',
    provider: { features: resources('jwt'), api: { dpopNonce: 'nonce-of-the-api' } },
    app: (provider) => ({ ...ordersApp(provider), dpop: dpop() }),
    expected: { ...atOrders, ...bound },
  },
  {
    feature: 'proofs by Ed25519',
    app: () => ({ dpop: dpop({ algorithm: 'Ed25519' }) }),
    expected: bound,
  },

  {
    feature: 'pushed authorization requests that are not required',
    provider: { features: { pushedAuthorizationRequests: { enabled: true } } },
  },
  {
    feature: 'signed authorization responses that nobody asks for',
    provider: {
      features: { jwtResponseModes: { enabled: true } },
      configuration: {
        clientDefaults: {
          authorization_signed_response_alg: 'ES256',
          id_token_signed_response_alg: 'ES256',
        },
      },
    },
  },

  ...[-10, 10].flatMap((minutes): Configuration[] => [
    { feature: `a clock that is wrong by ${minutes} minutes`, clockErrorMs: minutes * minuteMs },
    {
      feature: `a clock that is wrong by ${minutes} minutes, tokens bound to a key, and nonces`,
      clockErrorMs: minutes * minuteMs,
      provider: { features: { dPoP: { enabled: true, nonceSecret } } },
      app: withDpop,
      expected: { ...bound, refused: ['use_dpop_nonce'] },
    },
  ]),
]
