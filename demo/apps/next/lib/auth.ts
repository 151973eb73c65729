import { createTokenManager } from 'tokenring'
import { apiUrl, clientId, issuer, scope } from './config'

/** Also made on the server that renders the page, where it does nothing and knows nothing. */
export const auth = createTokenManager({
  authorizationServer: issuer,
  clientId,
  scope,
  redirectUri: '/callback',
  postLogoutRedirectUri: '/',
  resourceServers: [apiUrl],
})
