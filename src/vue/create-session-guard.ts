import { hasInjectionContext, inject } from 'vue'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { authKey } from './auth-key.ts'

/** What the guard reads of the route that is being gone to. */
export interface GuardedRoute {
  readonly fullPath: string
  /** Its own and its parents'. */
  readonly meta: { readonly [key: PropertyKey]: unknown }
}

export interface SessionGuardOptions<Location> {
  /** Where a user without a session is sent instead. Default: to the authorization server. */
  readonly redirect?: ((to: GuardedRoute) => Location) | undefined
}

/**
 * Fits `router.beforeEach` and `beforeEnter` of vue-router. A guard of the app may ask it, before
 * anything is awaited.
 */
export type SessionGuard<Location> = (to: GuardedRoute) => Promise<true | Location>

/**
 * Creates a navigation guard that lets only users with a session pass to routes with
 * `meta: { requiresSession: true }`.
 *
 * Waits until the stored session has been read. Where there is none it begins a sign-in that comes
 * back to the route (`returnTo` is its path in the router, to be given to `router.replace`), or
 * redirects. If the sign-in cannot begin, or the user comes back from the login page, the navigation
 * fails with its error, which `router.onError` receives. A navigation that another one has replaced
 * meanwhile begins nothing. On a server everybody passes: only the page knows the session.
 *
 * @param manager The app's.
 * @param options Where to go instead.
 *
 * @example
 *
 * ```ts
 * import { createSessionGuard } from 'tokenring/vue'
 * import { createRouter, createWebHistory } from 'vue-router'
 *
 * const router = createRouter({
 *   history: createWebHistory(),
 *   routes: [
 *     { path: '/', component: { template: '<p>Welcome</p>' } },
 *     {
 *       path: '/orders',
 *       component: { template: '<p>Your orders</p>' },
 *       meta: { requiresSession: true },
 *     },
 *   ],
 * })
 * router.beforeEach(createSessionGuard(auth))
 * ```
 */
export function createSessionGuard<Location = never>(
  manager: TokenManager,
  { redirect }: SessionGuardOptions<Location> = {},
): SessionGuard<Location> {
  let latest: GuardedRoute | undefined

  return async (to) => {
    const isGuarded = to.meta['requiresSession']
    const router = hasInjectionContext() ? inject(authKey, [])[1]?.$router : undefined
    // Where the router tells, one without a session may have waited elsewhere, and be the older one.
    if (isGuarded || !router) latest = to
    if (isGuarded) {
      const replace = (): void => {
        if (latest === to) latest = undefined
      }
      // No older one comes here any more: the router asks only those that begin from here on.
      const forget = router?.beforeEach(replace)
      const forgetEnds = router?.afterEach((_to, _from, failure) => {
        // `NavigationFailureType.duplicated`: to the page that is shown, past all guards.
        if (failure?.type === 16) replace()
      })
      try {
        await manager.ready
        // A redirect would be followed even if this navigation is over; it passes no further by `true`.
        if (latest === to && manager.getState().status === 'signed-out') {
          return redirect ? redirect(to) : await manager.signIn({ returnTo: to.fullPath })
        }
      } catch (error) {
        if (latest === to) throw error
      } finally {
        forget?.()
        forgetEnds?.()
      }
    }
    return true
  }
}
