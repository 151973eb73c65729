import type { TokenManager } from 'tokenring'

interface StoredEntry {
  readonly body: {
    readonly access_token: string
    readonly refresh_token?: string
    readonly expires_in: number
  }
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

interface StoredUser {
  readonly id_token?: string
}

/** Takes over what auth0-spa-js has stored with `cacheLocation: 'localstorage'`, and removes it. */
export async function takeOverSession(
  auth: TokenManager,
  { clientId, audience, scope }: { clientId: string; audience: string; scope: string },
): Promise<void> {
  const prefix = `@@auth0spajs@@::${clientId}::`
  const stored = localStorage.getItem(`${prefix}${audience}::${scope}`)
  if (stored === null) return
  const { body, expiresAt } = JSON.parse(stored) as StoredEntry
  const user = JSON.parse(localStorage.getItem(`${prefix}@@user@@`) ?? '{}') as StoredUser
  const { access_token, refresh_token, expires_in } = body
  await auth.startSession(
    { access_token, token_type: 'Bearer', refresh_token, expires_in, scope, ...user },
    // In whichever tab this runs first; in the others, and in all that come later, it does nothing.
    { ifSignedOut: true, receivedAt: (expiresAt - body.expires_in) * 1_000 },
  )
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(prefix)) localStorage.removeItem(key)
  }
}
