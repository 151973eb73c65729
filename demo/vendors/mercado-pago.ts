import type { Refusal, Reply, Vendor } from './vendor.ts'

// "Renew Access Token" is the page of Mercado Pago's documentation with that title, which it has
// twice; where the two differ it says so.

const daySeconds = 24 * 60 * 60

/** Mercado Pago, which talks to servers only. */
export const mercadoPago: Vendor = {
  title: 'Mercado Pago',
  issuer: (origin) => origin,
  paths: {
    // Renew Access Token, step 1.
    token: '/oauth/token',
    // Not on the page: from its guide on OAuth. It has no revocation, no keys and no sign-out page.
    authorization: '/authorization',
  },
  isOpenId: false,
  // Renew Access Token: the curl sample sends JSON. A form is not on the page, and refused here.
  encodings: ['json'],
  // Renew Access Token, step 1: "your credentials", in the JSON.
  needsSecret: true,
  // Renew Access Token: `offline_access`; the other two are from its reference.
  scopes: ['offline_access', 'read', 'write', 'payments'],
  apiScopes: { read: 'read', write: 'write', reports: 'payments' },
  // Renew Access Token, "Important": the application "contains" it on one page, "returns" it on the
  // other. Here a refresh token comes with a scope that holds it.
  refreshTokenScope: 'offline_access',
  needsAudience: false,
  // Renew Access Token, "Important": "every time you refresh the access_token, the refresh_token
  // will also be refreshed". What a spent one leads to is not on the page: RFC 9700 §4.14.2.
  refreshTokens: 'new',
  // Renew Access Token: after the 180 days "the entire authorization flow must be reconfigured".
  refreshTokenTtlSeconds: 180 * daySeconds,
  // Renew Access Token: every sample begins so.
  refreshTokenPrefix: 'TG-',
  // Renew Access Token: "valid for 180 days".
  accessTokenTtlSeconds: 180 * daySeconds,
  // Renew Access Token: "the original token is exchanged for a new one".
  endsOldAccessTokens: true,
  // Renew Access Token: "the ability to limit scopes by returning a new refresh token for future
  // exchange", so the limit stays.
  narrowsForGood: true,
  // Not on the page: no browser app has a secret, so nothing is for a browser.
  isCrossOrigin: false,
  refuse,
  // Not on the page: from its reference.
  extraMembers: (userIndex) => ({
    user_id: 241_983_636 + userIndex,
    public_key: 'APP_USR-00000000-0000-4000-8000-000000000000',
    live_mode: true,
  }),
  // Not on the page: from its reference.
  tooManyRequests: {
    kind: 'reply',
    when: 'before',
    status: 429,
    body: JSON.stringify(bodyOf(429, 'local_rate_limited', 'Too many requests')),
  },
  managerOptions: ({ origin, clientId, tokenProxy }) => ({
    authorizationServer: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorization`,
      token_endpoint: tokenProxy,
    },
    clientId,
    scope: 'offline_access read write',
    authorizationParameters: { platform_id: 'mp' },
    // Renew Access Token: the refresh token ends with the access token.
    leewayMs: 18 * daySeconds * 1_000,
  }),
}

/**
 * Not on the page: the shape and the words are from its reference. The curl samples' grant
 * `refresh-token` is a slip: the text and the reference have `refresh_token`.
 */
function refuse({ error, description, about }: Refusal): Reply {
  const messages = {
    invalid_grant:
      about === 'code'
        ? 'Error validating grant. Your authorization code may be expired or it was already used.'
        : 'Error validating grant. Your refresh token may be expired or it was already used.',
    unsupported_grant_type: 'grant_type must be authorization_code or refresh_token',
  }
  const message = Object.hasOwn(messages, error)
    ? messages[error as keyof typeof messages]
    : description
  return { status: 400, body: bodyOf(400, error, message) }
}

function bodyOf(status: number, error: string, message: string): object {
  return { message, error, status, cause: [] }
}
