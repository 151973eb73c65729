import { refuseAsOAuth } from './vendor.ts'
import type { Vendor } from './vendor.ts'

// "Refresh Token Grant" is the page of WSO2 Identity Server's documentation with that title.

/** WSO2 Identity Server for a public client, with `RenewRefreshTokenForRefreshGrant` on. */
export const wso2Rotating: Vendor = {
  title: 'WSO2 Identity Server, rotating',
  // Not on the page: the default issuer is the address of the token endpoint.
  issuer: (origin) => `${origin}/oauth2/token`,
  paths: {
    // Refresh Token Grant, "Try it out".
    token: '/oauth2/token',
    // Not on the page: as public integrations use them.
    authorization: '/oauth2/authorize',
    revocation: '/oauth2/revoke',
    keys: '/oauth2/jwks',
    signOut: { path: '/oidc/logout', returnToParameter: 'post_logout_redirect_uri' },
  },
  // Not on the page: OpenID Connect where `openid` is asked for.
  isOpenId: true,
  // Refresh Token Grant, "Try it out": a form.
  encodings: ['form'],
  // The page authenticates with a secret; a browser app is marked as a public client instead, which
  // is not on the page.
  needsSecret: false,
  scopes: ['orders:read', 'orders:write', 'reports:read'],
  apiScopes: { read: 'orders:read', write: 'orders:write', reports: 'reports:read' },
  // Refresh Token Grant, "Recommended use": a refresh token with every grant but two others, so no
  // scope has to be asked for.
  needsAudience: false,
  // Refresh Token Grant, "Configurations" 2: a new one with a new expiry time; the previous one "can
  // no longer be used". That the family ends with it is not on the page: RFC 9700 §4.14.2.
  refreshTokens: 'new',
  // Refresh Token Grant, "Configurations" 1: the sample says 84600, the text one day.
  refreshTokenTtlSeconds: 84_600,
  refreshTokenPrefix: '',
  // Not on the page: the default of its other pages.
  accessTokenTtlSeconds: 3_600,
  endsOldAccessTokens: false,
  narrowsForGood: false,
  // Not on the page: allowed for the origins that are set at the application.
  isCrossOrigin: true,
  // Not on the page: the words are those that users of it report.
  refuse(refusal) {
    if (refusal.about !== 'refresh-token') return refuseAsOAuth(refusal)
    const error_description = 'Persisted access token data not found'
    return { status: 400, body: { error_description, error: refusal.error } }
  },
  extraMembers: () => ({}),
  // Not on the page: a gateway in front of it says so.
  tooManyRequests: {
    kind: 'reply',
    when: 'before',
    status: 429,
    headers: { 'retry-after': '2' },
    body: '',
  },
  managerOptions: ({ origin, clientId }) => ({
    authorizationServer: `${origin}/oauth2/token`,
    clientId,
    scope: 'openid profile orders:read orders:write',
  }),
}

/** The same with `RenewRefreshTokenForRefreshGrant` off. */
export const wso2Reusing: Vendor = {
  ...wso2Rotating,
  title: 'WSO2 Identity Server, not rotating',
  // Refresh Token Grant, "Configurations" 2: "unless the refresh token has expired, the same refresh
  // token is returned".
  refreshTokens: 'same',
}
