import Keycloak from 'keycloak-js'
import { fetchWith, leaving } from '../subject.ts'
import type { Start } from '../subject.ts'

export const start: Start = async ({ serverOrigin, pageUrl, clientId }) => {
  const keycloak = new Keycloak({
    clientId,
    oidcProvider: {
      authorization_endpoint: `${serverOrigin}/authorize`,
      token_endpoint: `${serverOrigin}/token`,
    },
  })
  await keycloak.init({
    onLoad: 'check-sso',
    silentCheckSsoRedirectUri: `${pageUrl}silent-check-sso.html`,
    // A page of Keycloak itself, which tells of sign-outs; another server has none.
    checkLoginIframe: false,
  })
  async function getAccessToken(): Promise<string> {
    await keycloak.updateToken(5)
    if (keycloak.token === undefined) throw new Error('There is no token.')
    return keycloak.token
  }
  return {
    signIn: () => leaving(keycloak.login({ redirectUri: pageUrl })),
    getAccessToken,
    fetch: fetchWith(getAccessToken),
    renew: () => keycloak.updateToken(-1),
  }
}
