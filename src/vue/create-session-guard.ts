import type { TokenManager } from '../manager/token-manager-api.ts'

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

/** Fits `router.beforeEach` and `beforeEnter` of vue-router. */
export type SessionGuard<Location> = (to: GuardedRoute) => Promise<true | Location>

/**
 * Creates a navigation guard that lets only users with a session pass to routes with
 * `meta: { requiresSession: true }`.
 *
 * Waits until the stored session has been read. Where there is none it begins a sign-in that comes
 * back to the route (`returnTo` is its path in the router, to be given to `router.replace`), or
 * redirects. If the sign-in cannot begin, or the user comes back from the login page, the navigation
 * fails with its error, which `router.onError` receives. On a server everybody passes: only the page knows the session.
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
  return async (to) => {
    if (!to.meta['requiresSession']) return true
    await manager.ready
    if (manager.getState().status !== 'signed-out') return true
    return redirect ? redirect(to) : manager.signIn({ returnTo: to.fullPath })
  }
}
