import { createTokenManager } from '../../../../src/index.ts'
import type { Start } from '../subject.ts'

export const start: Start = async ({ serverOrigin, issuer, pageUrl, clientId }) => {
  const auth = createTokenManager({
    authorizationServer: {
      issuer,
      authorization_endpoint: `${serverOrigin}/authorize`,
      token_endpoint: `${serverOrigin}/token`,
    },
    clientId,
    scope: 'openid offline_access',
    redirectUri: pageUrl,
    resourceServers: [`${serverOrigin}/api/`],
  })
  const arrived = await auth.handleRedirect()
  if (arrived) history.replaceState(null, '', arrived.returnTo)
  await auth.ready
  return {
    signIn: () => auth.signIn(),
    getAccessToken: () => auth.getAccessToken(),
    fetch: (url) => auth.fetch(url),
    renew: () => auth.refresh(),
  }
}
