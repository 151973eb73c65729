import type { AuthorizationServer } from 'oauth4webapi'

/** A sign-out address that is not OpenID Connect's; vendor data. */
export interface EndSessionOptions {
  readonly url: string
  /** The parameter that names where to return to. Default: `'post_logout_redirect_uri'`. */
  readonly returnToParameter?: string | undefined
  /** The parameter that names the client. Default: `'client_id'`. */
  readonly clientIdParameter?: string | undefined
}

/** Proxies and servers refuse longer addresses. */
const longestUrl = 4_000

/**
 * Where to sign out at the server (OpenID Connect RP-Initiated Logout 1.0 §2), or nothing if there
 * is no such place or nowhere to return to. The `id_token` is left out where it would make the
 * address too long; the client identifier does then.
 */
export function endSessionUrl(options: {
  readonly metadata: Pick<AuthorizationServer, 'end_session_endpoint'> | undefined
  readonly endSession: EndSessionOptions | undefined
  readonly clientId: string
  readonly postLogoutRedirectUri: string | undefined
  readonly idToken: string | undefined
}): string | undefined {
  const { endSession, clientId, postLogoutRedirectUri, idToken } = options
  const endpoint = endSession?.url ?? options.metadata?.end_session_endpoint
  if (!endpoint || !postLogoutRedirectUri) return undefined
  const url = new URL(endpoint)
  url.searchParams.set(endSession?.clientIdParameter ?? 'client_id', clientId)
  url.searchParams.set(
    endSession?.returnToParameter ?? 'post_logout_redirect_uri',
    postLogoutRedirectUri,
  )
  if (endSession || idToken === undefined) return url.href
  const withHint = new URL(url)
  withHint.searchParams.set('id_token_hint', idToken)
  return (withHint.href.length > longestUrl ? url : withHint).href
}
