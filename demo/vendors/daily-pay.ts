import { refuseAsOAuth } from './vendor.ts'
import type { Vendor } from './vendor.ts'

// "Refresh an Access Token" is the page of DailyPay's documentation with that title.

const scope = 'openid profile offline_access user:read user:read_write'

/** DailyPay for a client to which no secret was issued. */
export const dailyPay: Vendor = {
  title: 'DailyPay',
  // Not on the page: its metadata.
  issuer: (origin) => origin,
  paths: {
    // Refresh an Access Token: the table of token endpoints.
    token: '/oauth2/token',
    // Not on the page: `/oauth2/auth` is from its page on the code flow, the others are concluded
    // from what the paths look like (Ory Hydra).
    authorization: '/oauth2/auth',
    revocation: '/oauth2/revoke',
    keys: '/.well-known/jwks.json',
    signOut: {
      path: '/oauth2/sessions/logout',
      returnToParameter: 'post_logout_redirect_uri',
    },
  },
  isOpenId: true,
  // Refresh an Access Token: "www-form-encoded in the request body".
  encodings: ['form'],
  // Refresh an Access Token: `client_secret` "if available".
  needsSecret: false,
  // Refresh an Access Token: `user:read` is the page's example; the others are concluded.
  scopes: ['offline_access', 'user:read', 'user:read_write', 'client:admin'],
  apiScopes: { read: 'user:read', write: 'user:read_write', reports: 'client:admin' },
  refreshTokenScope: 'offline_access',
  needsAudience: false,
  // The page does not say: concluded as above, and the family ends when a spent one comes back.
  refreshTokens: 'new',
  refreshTokenTtlSeconds: 2_592_000,
  // Refresh an Access Token: the example `rt.ML_PsNjfQA4M7iupH_3jw`.
  refreshTokenPrefix: 'rt.',
  // The page does not say.
  accessTokenTtlSeconds: 3_600,
  endsOldAccessTokens: false,
  // Refresh an Access Token: "If not provided, the scopes will default to those originally granted."
  narrowsForGood: false,
  // The page does not say: supposed for clients without a secret.
  isCrossOrigin: true,
  // Refresh an Access Token: as the specification that it refers to (RFC 6749).
  refuse: refuseAsOAuth,
  extraMembers: () => ({}),
  // The page does not say.
  tooManyRequests: {
    kind: 'reply',
    when: 'before',
    status: 429,
    headers: { 'retry-after': '2' },
    body: JSON.stringify({ error: 'rate_limited', error_description: 'Too many requests.' }),
  },
  managerOptions: ({ origin, clientId }) => ({
    authorizationServer: {
      issuer: origin,
      authorization_endpoint: `${origin}/oauth2/auth`,
      token_endpoint: `${origin}/oauth2/token`,
      revocation_endpoint: `${origin}/oauth2/revoke`,
      end_session_endpoint: `${origin}/oauth2/sessions/logout`,
    },
    clientId,
    scope,
    spentRefreshToken: ['token_inactive'],
  }),
}

/** DailyPay for a client with a secret, which is in the form. */
export const dailyPaySecret: Vendor = {
  ...dailyPay,
  title: 'DailyPay, with a client secret',
  needsSecret: true,
  isCrossOrigin: false,
  managerOptions: ({ origin, clientId, tokenProxy }) => ({
    authorizationServer: {
      issuer: origin,
      authorization_endpoint: `${origin}/oauth2/auth`,
      end_session_endpoint: `${origin}/oauth2/sessions/logout`,
      token_endpoint: tokenProxy,
    },
    clientId,
    scope,
    spentRefreshToken: ['token_inactive'],
  }),
}
