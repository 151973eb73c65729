import type { AnySignInOptions } from '../manager/sign-in-options.ts'
import type { TokenManager } from '../manager/token-manager-api.ts'

/** What the guard reads of what a loader or a middleware of react-router is called with. */
export interface GuardedRequest {
  readonly request: Request
  /** Since version 8, with the fragment. */
  readonly url?: URL
}

export interface SessionGuardOptions {
  /**
   * What to throw for a user without a session, such as react-router's `redirect('/')`; it gets the
   * path that was asked for. Default: to the authorization server.
   */
  readonly redirect?: ((returnTo: string) => Response) | undefined
}

/** Fits `loader` and `middleware` of react-router, and may be awaited inside a loader. */
export type SessionGuard = (to: GuardedRequest) => Promise<null>

/**
 * Creates a guard for routes of react-router that lets only users with a session pass.
 *
 * Waits until the stored session has been read. Where there is none it begins a sign-in that comes
 * back to the address that was asked for, query and fragment included, and the route is not rendered;
 * or it redirects. If the sign-in cannot begin, or the user comes back from the login page, it rejects
 * with that error, which the route's error element shows. On a route that is the `redirectUri` itself
 * it finishes the sign-in first. On a server everybody passes: only the page knows the session.
 *
 * Loaders of parent and child routes run at the same time: put it into the `middleware` of the parent,
 * or await it in each loader.
 *
 * @param manager The app's.
 * @param options Where to go instead.
 *
 * @example
 *
 * ```tsx
 * import { createBrowserRouter } from 'react-router'
 * import { createSessionGuard } from 'tokenring/react'
 *
 * const guard = createSessionGuard(auth)
 * export const router = createBrowserRouter([
 *   { path: '/', element: <p>Welcome</p> },
 *   { path: '/orders', element: <p>Your orders</p>, loader: guard },
 * ])
 * ```
 */
export function createSessionGuard(
  manager: TokenManager,
  { redirect }: SessionGuardOptions = {},
): SessionGuard {
  const isSignedOut = (): boolean => manager.getState().status === 'signed-out'

  return async (to) => {
    await manager.ready
    if (!isSignedOut()) return null
    // Another sign-in would be begun in the middle of this one.
    const arrived = await manager.handleRedirect()
    if (arrived) throw redirectTo(new URL(arrived.returnTo, to.request.url).href)
    // Else another navigation has taken the place of this one.
    const isWanted = (): boolean => !to.request.signal.aborted
    if (!isWanted() || !isSignedOut()) return null
    const returnTo = addressOf(to)
    if (redirect) throw redirect(returnTo)
    const signIn: AnySignInOptions = { returnTo, wanted: isWanted }
    return manager.signIn(signIn)
  }
}

/** As react-router's own `replace` makes it; a whole address, to which it adds no `basename`. */
function redirectTo(returnTo: string): Response {
  const headers = { location: returnTo, 'x-remix-replace': 'true' }
  return new Response(null, { status: 302, headers })
}

function addressOf({ request, url }: GuardedRequest): string {
  const { pathname, search } = new URL(request.url)
  return pathname + search + (url?.hash ?? fragmentHere(request.url))
}

/** Where it is not told, it is known of the page that is here, if there is one. */
function fragmentHere(asked: string): string {
  const [here, fragment = ''] =
    (globalThis as Partial<typeof globalThis>).location?.href.split('#') ?? []
  return here === asked && fragment ? `#${fragment}` : ''
}
