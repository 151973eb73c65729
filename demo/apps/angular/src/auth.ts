import { createTokenManager } from 'tokenring'
import { apiUrl, clientId, issuer, scope } from './config'

export const auth = createTokenManager({
  authorizationServer: issuer,
  clientId,
  scope,
  redirectUri: '/callback',
  postLogoutRedirectUri: '/',
  resourceServers: [apiUrl],
})
