import type { TokenManager } from '../../../src/index.ts'

/** Goes to the login page, as a user if one is named, and is to come back to exactly here. */
export function leaveToSignIn(auth: TokenManager, user?: string): Promise<never> {
  const returnTo = location.pathname + location.search + location.hash
  return auth.signIn({ prompt: 'login', returnTo, ...(user !== undefined && { loginHint: user }) })
}

/**
 * Ends a sign-in, if this page is where one comes back to, and shows the address that it began at,
 * whatever came of it.
 */
export async function arrive(auth: TokenManager): Promise<Arrival> {
  try {
    const arrived = await auth.handleRedirect()
    show(arrived?.returnTo)
    return arrived ? 'signed-in' : 'nothing'
  } catch (error) {
    show((error as { readonly returnTo?: string }).returnTo)
    return { error }
  }
}

export type Arrival = 'nothing' | 'signed-in' | { readonly error: unknown }

function show(address: string | undefined): void {
  if (address !== undefined) history.replaceState(null, '', address)
}
