import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Provider as OidcProvider, ProviderContext } from 'oidc-provider'
import { createLoginPolicy } from './authorization-server-login.ts'
import { demoUsers, errorPage, logoutPage, signedOutPage } from './authorization-server-pages.ts'
import type { AuthorizationServerOptions } from './authorization-server-options.ts'
import { Provider } from './quiet-oidc-provider.ts'

const daySeconds = 24 * 60 * 60

/** oidc-provider, set up for the demo. */
export function createProvider(
  options: AuthorizationServerOptions,
  adapter: (model: string) => object,
  accessTokenTtlSeconds: () => number,
): OidcProvider {
  const { clients, audience, resourceScope } = options
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  const provider: OidcProvider = new Provider(options.issuer, {
    adapter,
    clients: clients.map(({ clientId, redirectUris, postLogoutRedirectUris }) => ({
      client_id: clientId,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: redirectUris,
      post_logout_redirect_uris: postLogoutRedirectUris,
      id_token_signed_response_alg: 'ES256',
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'offline_access'],
    claims: { openid: ['sub'], profile: ['name'] },
    conformIdTokenClaims: false,
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    clientBasedCORS: (_context: unknown, origin: string) => origin === options.pageOrigin,
    ttl: {
      AccessToken: accessTokenTtlSeconds,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 14 * daySeconds,
      Session: 14 * daySeconds,
      Grant: 14 * daySeconds,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      dPoP: {
        enabled: true,
        ...(options.dpopNonces && { nonceSecret: randomBytes(32), requireNonce: () => true }),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_context: unknown, client: { clientId: string }, token: typeof client) =>
          token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(context: ProviderContext, form: string) {
          // Only the client that this user signed in to has an ID token to show.
          context.body = logoutPage(form, 'IdTokenHint' in context.oidc.entities)
        },
        postLogoutSuccessSource(context: ProviderContext) {
          context.body = signedOutPage()
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: resourceScope,
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    interactions: {
      url: (_context: unknown, { uid }: { uid: string }) => `/login/${uid}`,
      policy: createLoginPolicy(),
    },
    async findAccount(_context: unknown, sub: string) {
      const user = demoUsers.find(({ id }) => id === sub)
      return user && { accountId: sub, claims: async () => ({ sub, name: user.name }) }
    },
    // The login page says that choosing a user means agreeing.
    async loadExistingGrant({ oidc }: ProviderContext) {
      const { accountId } = oidc.session
      const { clientId } = oidc.client
      const scope = [...oidc.requestParamScopes].join(' ')
      const grantId = oidc.session.grantIdFor(clientId)
      const grant =
        (grantId && (await provider.Grant.find(grantId))) ||
        new provider.Grant({ accountId, clientId })
      grant.addOIDCScope(scope)
      grant.addResourceScope(audience, scope)
      await grant.save()
      return grant
    },
    renderError(context: ProviderContext, error: Record<string, unknown>) {
      context.type = 'html'
      context.body = errorPage(error)
    },
  })
  return provider
}
