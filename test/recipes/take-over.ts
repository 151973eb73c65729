import { DisposedError, StorageError } from 'tokenring'
import type { TokenEndpointResponse, TokenManager } from 'tokenring'

interface StoredSession {
  readonly tokens: TokenEndpointResponse
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Begins a session with what is stored under the first of these keys, and removes them all. */
async function takeOver(
  auth: TokenManager,
  keys: readonly string[],
  read: (stored: string) => StoredSession,
): Promise<void> {
  const stored = localStorage.getItem(keys[0] ?? '')
  if (stored === null) return
  try {
    const { tokens, expiresAt } = read(stored)
    // An hour of life, unless there is more of it left: what counts is when it ends.
    const receivedAt = Math.min(Date.now(), (expiresAt - 3_600) * 1_000)
    await auth.startSession(
      { ...tokens, expires_in: expiresAt - receivedAt / 1_000 },
      // In whichever tab this runs first; in the others, and in all that come later, it does nothing.
      { ifSignedOut: true, receivedAt },
    )
  } catch (error) {
    // This passes, and the next page tries again.
    if (error instanceof StorageError || error instanceof DisposedError) throw error
    // This does not: it is no session, or that of another client, now and at every load.
    // Its user signs in; window.onerror and your telemetry hear of it.
    reportError(error)
  }
  for (const key of keys) localStorage.removeItem(key)
}

/** Takes over what oidc-client-ts has stored in localStorage. */
export function takeOverOidcSession(
  auth: TokenManager,
  { authority, clientId }: { authority: string; clientId: string },
): Promise<void> {
  return takeOver(auth, [`oidc.user:${authority}:${clientId}`], (stored) => {
    const user = JSON.parse(stored) as TokenEndpointResponse & { readonly expires_at?: number }
    // Where the server did not say, it is renewed at the first use.
    const { expires_at = Date.now() / 1_000, ...tokens } = user
    return { tokens, expiresAt: expires_at }
  })
}

/** Takes over what auth0-spa-js has stored with `cacheLocation: 'localstorage'`. */
export function takeOverAuth0Session(
  auth: TokenManager,
  { clientId, audience = 'default' }: { clientId: string; audience?: string },
): Promise<void> {
  const prefix = `@@auth0spajs@@::${clientId}::`
  const all = Object.keys(localStorage).filter((key) => key.startsWith(prefix))
  // In its key is the scope, too, to which the library adds.
  const ofApi = all.filter((key) => key.startsWith(`${prefix}${audience}::`))
  const isRenewable = (key: string) => localStorage.getItem(key)?.includes('"refresh_token"')
  const first = ofApi.find(isRenewable) ?? ofApi[0]
  return takeOver(auth, first === undefined ? [] : [first, ...all], (stored) => {
    const { body, expiresAt } = JSON.parse(stored) as {
      readonly body: TokenEndpointResponse
      readonly expiresAt: number
    }
    const user = localStorage.getItem(`${prefix}@@user@@`)
    const { id_token } = JSON.parse(user ?? '{}') as { readonly id_token?: string }
    return { tokens: { ...body, token_type: 'Bearer', id_token }, expiresAt }
  })
}
