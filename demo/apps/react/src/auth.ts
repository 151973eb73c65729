import { createTokenManager } from 'tokenring'
import { clientId, issuer, scope, apiUrl } from './config.ts'

export const auth = createTokenManager({
  authorizationServer: issuer,
  clientId,
  scope,
  redirectUri: '/callback',
  postLogoutRedirectUri: '/',
  resourceServers: [apiUrl],
})

import.meta.hot?.dispose(() => auth.dispose())
