import { Auth0Provider, useAuth0 } from '@auth0/auth0-react'
import { UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { createElement as h, useEffect, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { AuthProvider, useAuth } from 'react-oidc-context'
import { vi } from 'vitest'
import { json } from '../oauth/server-double.ts'
import { idToken } from '../support/id-token.ts'
import { patience } from '../support/patience.ts'
import type { Profile } from '../support/tabs.ts'

export const clientId = 'spa'
export const audience = 'https://api.example'
export const scope = 'openid offline_access orders'
export const life = 300

const redirectUri = 'https://app.example/callback'

/** Lets the real library sign in at the server of this profile; returns what its hook offers. */
export type SignIn = (profile: Profile) => Promise<string[]>

/** Shows this address; storage is that of its origin. */
export function visit(url: string): void {
  const { happyDOM } = window as unknown as { happyDOM: { setURL(url: string): void } }
  happyDOM.setURL(url)
}

/** What the login page does, and the token endpoint after it. */
function comeBackFrom(left: string, { server }: Profile, issuer: string): void {
  const { searchParams } = new URL(left)
  const now = Math.floor(Date.now() / 1_000)
  const nonce = searchParams.get('nonce') ?? undefined
  const claims = { iss: issuer, aud: clientId, sub: 'ada', name: 'Ada', iat: now, exp: now + life }
  const id_token = idToken({ ...claims, ...(nonce !== undefined && { nonce }) })
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () =>
    json(200, { ...server.signIn({ id_token }), scope }),
  )
  const parameters = new URLSearchParams({ code: 'code', state: searchParams.get('state') ?? '' })
  visit(`${redirectUri}?${String(parameters)}`)
}

/** Shows the page of an app until the library has a user for it, or the page has left. */
async function shown(page: (onDone: () => void) => ReactNode): Promise<void> {
  const onDone = vi.fn<() => void>()
  const root = createRoot(document.createElement('div'))
  root.render(page(onDone))
  await vi.waitUntil(() => onDone.mock.calls.length > 0, patience)
  root.unmount()
}

export const withReactOidcContext: SignIn = async (profile) => {
  let left = ''
  const settings = {
    authority: profile.server.issuer,
    metadata: profile.server.metadata,
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    automaticSilentRenew: false,
    userStore: new WebStorageStateStore({ store: localStorage }),
  }
  const navigator = {
    prepare: async () => ({
      async navigate({ url }: { url: string }) {
        left = url
        return { url }
      },
      close: () => {},
    }),
    callback: async () => {},
  }
  const manager = (): UserManager => new UserManager(settings, navigator)
  await manager()
    .signinRedirect()
    .catch(() => {})
  comeBackFrom(left, profile, profile.server.issuer)
  let offered: object = {}
  function Page({ onUser }: { readonly onUser: () => void }): ReactNode {
    const { isAuthenticated, error } = (offered = useAuth())
    if (error) throw error
    useEffect(() => (isAuthenticated ? onUser() : undefined), [isAuthenticated])
    return null
  }
  await shown((onUser) => h(AuthProvider, { userManager: manager() }, h(Page, { onUser })))
  return Object.keys(offered)
}

export const withAuth0React: SignIn = async (profile) => {
  const domain = new URL(profile.server.issuer).host
  const options = {
    domain,
    clientId,
    cacheLocation: 'localstorage' as const,
    useRefreshTokens: true,
    // What is left out of the scope, the library adds.
    authorizationParams: { audience, scope: 'orders', redirect_uri: redirectUri },
  }
  let left = ''
  let isLeaving = false
  let offered: object = {}
  function Page({ onUser }: { readonly onUser: () => void }): ReactNode {
    const { isLoading, isAuthenticated, error, loginWithRedirect } = (offered = useAuth0())
    if (error) throw error
    useEffect(() => {
      if (isAuthenticated) onUser()
      else if (!isLoading && !isLeaving) {
        isLeaving = true
        const openUrl = async (url: string): Promise<void> => {
          left = url
        }
        void loginWithRedirect({ openUrl }).then(onUser)
      }
    }, [isLoading, isAuthenticated])
    return null
  }
  const page = (onUser: () => void): ReactNode =>
    h(Auth0Provider, { ...options, onRedirectCallback: () => {} }, h(Page, { onUser }))
  await shown(page)
  comeBackFrom(left, profile, `https://${domain}/`)
  await shown(page)
  return Object.keys(offered)
}
