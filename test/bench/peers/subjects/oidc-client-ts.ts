import { UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { fetchWith, leaving } from '../subject.ts'
import type { Start } from '../subject.ts'

export const start: Start = async ({ serverOrigin, issuer, pageUrl, clientId }) => {
  const userManager = new UserManager({
    authority: issuer,
    metadata: {
      issuer,
      authorization_endpoint: `${serverOrigin}/authorize`,
      token_endpoint: `${serverOrigin}/token`,
      jwks_uri: `${serverOrigin}/keys`,
    },
    client_id: clientId,
    redirect_uri: pageUrl,
    scope: 'openid offline_access',
    userStore: new WebStorageStateStore({ store: localStorage }),
  })
  if (new URLSearchParams(location.search).has('code')) {
    await userManager.signinCallback()
    history.replaceState(null, '', pageUrl)
  }
  async function getAccessToken(): Promise<string> {
    const stored = await userManager.getUser()
    const user = stored?.expired === false ? stored : await userManager.signinSilent()
    if (!user) throw new Error('There is no user.')
    return user.access_token
  }
  return {
    signIn: () => leaving(userManager.signinRedirect()),
    getAccessToken,
    fetch: fetchWith(getAccessToken),
    renew: () => userManager.signinSilent(),
  }
}
