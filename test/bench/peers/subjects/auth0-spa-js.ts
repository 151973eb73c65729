import { createAuth0Client } from '@auth0/auth0-spa-js'
import { leaving } from '../subject.ts'
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
    signIn: () => leaving(auth0.loginWithRedirect()),
    // It says `undefined` for a sign-in in a pop-up alone, which nobody here asks for.
    getAccessToken: () => auth0.getTokenSilently() as Promise<string>,
    fetch: (url) => fetcher.fetchWithAuth(url),
    renew: () => auth0.getTokenSilently({ cacheMode: 'off' }),
  }
}
