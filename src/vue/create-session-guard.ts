import { hasInjectionContext, inject } from 'vue'
import type { AnySignInOptions } from '../manager/sign-in-options.ts'
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
  /**
   * Where a user is sent whose sign-in could not begin, or who is back from the login page; it may
   * throw. Default: the navigation fails with the error, and if it was one by Back or Forward, the
   * router goes the other way at once, which may be to the login page.
   */
  readonly failed?: ((to: GuardedRoute, error: unknown) => Location) | undefined
}

/** Fits `router.beforeEach` and `beforeEnter` of vue-router. */
export type SessionGuard<Location> = (to: GuardedRoute) => Promise<true | Location>

/**
 * Creates a navigation guard that lets only users with a session pass to routes with
 * `meta: { requiresSession: true }`.
 *
 * Waits until the stored session has been read. Where there is none it begins a sign-in that comes
 * back to the route (`returnTo` is its path in the router, to be given to `router.replace`), or
 * redirects. If the sign-in cannot begin, or the user comes back from the login page, he is sent where
 * `failed` says, or the navigation fails with the error, which `router.onError` receives.
 *
 * A navigation that another one has replaced meanwhile begins nothing, in an app that has the router and
 * `createAuth`, unless a guard on leaving has kept the other one; a guard of the app that asks this one
 * does so before it awaits anything. On a server everybody passes: only the page knows the session.
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
  { redirect, failed }: SessionGuardOptions<Location> = {},
): SessionGuard<Location> {
  /** Of several that wait, the one that was asked about last; none, if another page was asked for since. */
  let latest: GuardedRoute | undefined

  return async (to) => {
    if (!to.meta['requiresSession']) return true
    const router = hasInjectionContext() ? inject(authKey, [])[1]?.$router : undefined
    latest = to
    const isWanted = (): boolean => !router || latest === to
    let tell = (): void => {}
    const told = new Promise<void>((resolve) => (tell = resolve))
    const replace = (): void => {
      if (latest === to) latest = undefined
      tell()
    }
    // The router asks it for those navigations only that begin from here on.
    const forget = router?.beforeEach(replace)
    const forgetEnds = router?.afterEach((_to, _from, failure) => {
      // `NavigationFailureType.duplicated`: to the page that is shown, past all guards.
      if (failure?.type === 16) replace()
    })
    try {
      await manager.ready
      if (manager.getState().status !== 'signed-out') return true
      if (isWanted() && redirect) return redirect(to)
      if (isWanted()) {
        const signIn: AnySignInOptions = { returnTo: to.fullPath, wanted: isWanted }
        const error: unknown = await manager.signIn(signIn).catch((reason: unknown) => reason)
        if (isWanted() && failed) return failed(to, error)
        if (isWanted()) throw error
      }
      // The other one may be older, and late. What the router has replaced passes no further by `true`,
      // while a redirect would be followed.
      await told
      return true
    } finally {
      forget?.()
      forgetEnds?.()
    }
  }
}
