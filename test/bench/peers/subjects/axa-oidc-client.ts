import { OidcClient, TokenAutomaticRenewMode } from '@axa-fr/oidc-client'
import { leaving } from '../subject.ts'
import type { Start } from '../subject.ts'

export const start: Start = async ({ serverOrigin, issuer, pageUrl, clientId }) => {
  const getOrCreate = OidcClient.getOrCreate(() => fetch)
  const oidcClient = getOrCreate({
    client_id: clientId,
    authority: issuer,
    authority_configuration: {
      issuer,
      authorization_endpoint: `${serverOrigin}/authorize`,
      token_endpoint: `${serverOrigin}/token`,
      revocation_endpoint: `${serverOrigin}/revoke`,
      end_session_endpoint: `${serverOrigin}/sign-out`,
      userinfo_endpoint: `${serverOrigin}/userinfo`,
    },
    redirect_uri: `${pageUrl}callback`,
    scope: 'openid offline_access',
    storage: localStorage,
    login_state_storage: sessionStorage,
    token_automatic_renew_mode: TokenAutomaticRenewMode.AutomaticOnlyWhenFetchExecuted,
  })
  if (location.href.startsWith(`${pageUrl}callback`)) {
    await oidcClient.loginCallbackAsync()
    location.replace(pageUrl)
    return new Promise(() => {})
  }
  await oidcClient.tryKeepExistingSessionAsync()
  const fetchWithTokens = oidcClient.fetchWithTokens((...request) => fetch(...request))
  return {
    signIn: () => leaving(oidcClient.loginAsync('/')),
    async getAccessToken() {
      const { tokens } = await oidcClient.getValidTokenAsync()
      return tokens.accessToken
    },
    fetch: (url) => fetchWithTokens(url),
    renew: () => oidcClient.renewTokensAsync(),
  }
}
