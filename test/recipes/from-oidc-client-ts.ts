import type { TokenEndpointResponse, TokenManager } from 'tokenring'

interface StoredUser {
  /** Seconds since the epoch. */
  readonly expires_at: number
}

/** Takes over what oidc-client-ts has stored in localStorage, once, and removes it. */
export async function takeOverSession(
  auth: TokenManager,
  authority: string,
  clientId: string,
): Promise<void> {
  const key = `oidc.user:${authority}:${clientId}`
  const stored = localStorage.getItem(key)
  if (stored === null) return
  const { expires_at, ...tokens } = JSON.parse(stored) as TokenEndpointResponse & StoredUser
  const life = 3_600
  await auth.startSession(
    { ...tokens, expires_in: life },
    // In whichever tab this runs first; in the others, and in all that come later, it does nothing.
    { ifSignedOut: true, receivedAt: (expires_at - life) * 1_000 },
  )
  localStorage.removeItem(key)
}
