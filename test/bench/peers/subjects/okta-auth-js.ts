import { OktaAuth } from '@okta/okta-auth-js'
import { fetchWith, leaving } from '../subject.ts'
import type { Start } from '../subject.ts'

export const start: Start = async ({ serverOrigin, issuer, pageUrl, clientId }) => {
  const okta = new OktaAuth({
    issuer,
    clientId,
    redirectUri: pageUrl,
    scopes: ['openid', 'offline_access'],
    authorizeUrl: `${serverOrigin}/authorize`,
    tokenUrl: `${serverOrigin}/token`,
    userinfoUrl: `${serverOrigin}/userinfo`,
    restoreOriginalUri: async () => history.replaceState(null, '', pageUrl),
  })
  if (okta.isLoginRedirect()) await okta.handleRedirect()
  await okta.start()
  async function getAccessToken(): Promise<string> {
    const token = await okta.getOrRenewAccessToken()
    if (token === null) throw new Error('There is no token.')
    return token
  }
  return {
    signIn: () => leaving(okta.signInWithRedirect()),
    getAccessToken,
    fetch: fetchWith(getAccessToken),
    renew: () => okta.tokenManager.renew('accessToken'),
  }
}
