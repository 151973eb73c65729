import { createAuth0Client } from '@auth0/auth0-spa-js'
import type { Start } from '../subject.ts'

export const start: Start = async ({ serverOrigin, pageUrl, clientId }) => {
  const auth0 = await createAuth0Client({
    domain: serverOrigin,
    clientId,
    authorizationParams: { redirect_uri: pageUrl },
    useRefreshTokens: true,
    cacheLocation: 'localstorage',
  })
  if (new URLSearchParams(location.search).has('code')) {
    await auth0.handleRedirectCallback()
    history.replaceState(null, '', pageUrl)
  }
  const fetcher = auth0.createFetcher()
  return {
    signIn: () => auth0.loginWithRedirect(),
    getAccessToken: () => auth0.getTokenSilently(),
    fetch: (url) => fetcher.fetchWithAuth(url),
    renew: () => auth0.getTokenSilently({ cacheMode: 'off' }),
  }
}
