import { refuseAsOAuth } from './vendor.ts'
import type { Vendor } from './vendor.ts'

// "Refresh Tokens" is the page of Auth0's documentation with that title.

/** Auth0 for a single-page application whose refresh tokens do not rotate. */
export const auth0: Vendor = {
  title: 'Auth0',
  // Not on the page: its tokens and its metadata name the issuer with the slash.
  issuer: (origin) => `${origin}/`,
  paths: {
    // Refresh Tokens: "the authorize endpoint", "the /token endpoint", "/oauth/token".
    authorization: '/authorize',
    token: '/oauth/token',
    // Not on the page: as public integrations use them.
    revocation: '/oauth/revoke',
    keys: '/.well-known/jwks.json',
    signOut: { path: '/v2/logout', returnToParameter: 'returnTo' },
  },
  // Refresh Tokens, "Response": `openid` in the initial scope yields an `id_token` every time.
  isOpenId: true,
  // Refresh Tokens, "Example POST to token URL": JSON. The form is not on the page: plain OAuth.
  encodings: ['json', 'form'],
  // Refresh Tokens, "Parameters": `client_id`, and no secret.
  needsSecret: false,
  // Refresh Tokens: `offline_access` in the request, and an API that allows it; the other scopes
  // are those of the demo's API.
  scopes: ['offline_access', 'orders:read', 'orders:write', 'reports:read'],
  apiScopes: { read: 'orders:read', write: 'orders:write', reports: 'reports:read' },
  refreshTokenScope: 'offline_access',
  // Not on the page: an access token without an audience is for Auth0 itself.
  needsAudience: true,
  // Refresh Tokens, "Response": the reply has no `refresh_token`.
  refreshTokens: 'none',
  // Not on the page: configurable.
  refreshTokenTtlSeconds: 2_592_000,
  refreshTokenPrefix: '',
  // Refresh Tokens, "Response": `"expires_in": 86400`.
  accessTokenTtlSeconds: 86_400,
  endsOldAccessTokens: false,
  // Refresh Tokens, "Parameters": "If not sent, the original scopes will be used".
  narrowsForGood: false,
  // Not on the page: allowed for the origins that are set at the application.
  isCrossOrigin: true,
  // Not on the page: its API reference has 403 and these words for a refresh token.
  refuse(refusal) {
    if (refusal.error !== 'invalid_grant') return refuseAsOAuth(refusal)
    const isCode = refusal.about === 'code'
    const words = isCode ? 'Invalid authorization code' : 'Unknown or invalid refresh token.'
    return { status: 403, body: { error: 'invalid_grant', error_description: words } }
  },
  extraMembers: () => ({}),
  // Refresh Tokens: "rate limits" by token and address. Their reply is not on the page: as public
  // integrations report it.
  tooManyRequests: {
    kind: 'reply',
    when: 'before',
    status: 429,
    headers: {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1750000000',
    },
    body: JSON.stringify({
      error: 'too_many_requests',
      error_description: 'Global limit has been reached',
    }),
  },
  managerOptions: ({ origin, apiOrigin, clientId }) => ({
    authorizationServer: `${origin}/`,
    clientId,
    scope: 'openid profile offline_access orders:read orders:write',
    audience: apiOrigin,
    endSession: { url: `${origin}/v2/logout`, returnToParameter: 'returnTo' },
  }),
}

/**
 * Auth0 with refresh token rotation, which is not on the page: its documentation on rotation has a
 * new refresh token in every reply, and a family that ends when a spent one comes back.
 */
export const auth0Rotating: Vendor = {
  ...auth0,
  title: 'Auth0, rotating',
  refreshTokens: 'new',
}
