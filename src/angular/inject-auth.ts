import { assertInInjectionContext, inject } from '@angular/core'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { authToken } from './auth-token.ts'

/**
 * Gets the manager of the app: to sign in and out, and for whatever has no function of its own. To be
 * called where `inject` may be: in a field or the constructor of a component or service, in a guard.
 *
 * @throws {Error} It was called elsewhere, or the app does not have `provideAuth`.
 *
 * @example
 *
 * ```ts
 * import { injectAuth } from 'tokenring/angular'
 *
 * export class SignOutButton {
 *   private readonly auth = injectAuth()
 *   signOut(): void {
 *     void this.auth.signOut()
 *   }
 * }
 * ```
 */
export function injectAuth(): TokenManager {
  assertInInjectionContext(injectAuth)
  const manager = inject(authToken, { optional: true })
  if (!manager)
    throw new Error('The app has no manager: add provideAuth(manager) to its providers.')
  return manager
}
