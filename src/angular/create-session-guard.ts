import { Location } from '@angular/common'
import { DOCUMENT, EnvironmentInjector, inject, runInInjectionContext } from '@angular/core'
import { from, Observable } from 'rxjs'
import type { AnySignInOptions } from '../manager/sign-in-options.ts'
import { injectAuth } from './inject-auth.ts'

/** What the guard reads of where the router is going. */
export interface GuardedRoute {
  /** Its path in the router, with query and fragment. */
  readonly url: string
}

export interface SessionGuardOptions<Target> {
  /**
   * Where a user without a session is sent instead; it may `inject`. Default: to the authorization
   * server.
   */
  readonly redirect?: ((to: GuardedRoute) => Target) | undefined
}

/** Fits `canActivate` and `canActivateChild` of Angular's router, which unsubscribes from what it has no more use for. */
export type SessionGuard<Target> = (route: unknown, to: GuardedRoute) => Observable<true | Target>

/**
 * Creates a guard that lets only users with a session pass.
 *
 * Waits until the stored session has been read. Where there is none it begins a sign-in that comes
 * back to the route (`returnTo` is the address that the router gives it: below `<base href>` or
 * `APP_BASE_HREF`, behind `#` with `withHashLocation`), or redirects. If the sign-in cannot begin, or the user comes back from the login page, the navigation fails with its
 * error, which `withNavigationErrorHandler` receives. A navigation that another one has replaced
 * meanwhile begins nothing. On a server everybody passes: only the page knows the session.
 *
 * @param options Where to go instead.
 *
 * @example
 *
 * ```ts
 * import type { Routes } from '@angular/router'
 * import { createSessionGuard } from 'tokenring/angular'
 *
 * export const routes: Routes = [
 *   {
 *     path: 'orders',
 *     canActivate: [createSessionGuard()],
 *     loadComponent: () => Promise.reject(new Error('Your component.')),
 *   },
 * ]
 * ```
 */
export function createSessionGuard<Target = never>({
  redirect,
}: SessionGuardOptions<Target> = {}): SessionGuard<Target> {
  return (_route, to) => {
    const manager = injectAuth()
    const injector = inject(EnvironmentInjector)
    const location = inject(Location)
    const { baseURI } = inject(DOCUMENT)
    return new Observable((navigation) => {
      const decide = async (): Promise<true | Target> => {
        await manager.ready
        if (navigation.closed || manager.getState().status !== 'signed-out') return true
        if (redirect) return runInInjectionContext(injector, () => redirect(to))
        // As the browser resolves what the router gives to `pushState`.
        const address = new URL(location.prepareExternalUrl(to.url), baseURI)
        const { pathname, search, hash } = address
        const signIn: AnySignInOptions = {
          returnTo: pathname + search + hash,
          wanted: () => !navigation.closed,
        }
        return manager.signIn(signIn)
      }
      return from(decide()).subscribe(navigation)
    })
  }
}
