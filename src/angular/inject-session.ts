import { computed, DestroyRef, inject, signal, untracked, type Signal } from '@angular/core'
import type { SessionState } from '../core/session/session-state.ts'
import { injectAuth } from './inject-auth.ts'

/**
 * Follows the session, in a signal that cannot be written to, until the component or the injector goes.
 *
 * With a `selector`, which picks what is wanted, what depends on the signal runs again only when the
 * selected value is another one by `Object.is`. The selector may read other signals. On a server the
 * state is `restoring`.
 *
 * @throws {Error} There is no manager here; see `injectAuth`.
 *
 * @example
 *
 * ```ts
 * import { injectSession } from 'tokenring/angular'
 *
 * export class Greeting {
 *   readonly name = injectSession((state) =>
 *     state.status === 'signed-in' ? state.claims?.['name'] : undefined,
 *   )
 * }
 * ```
 */
export function injectSession(): Signal<SessionState>
export function injectSession<T>(selector: (state: SessionState) => T): Signal<T>
export function injectSession<T>(selector?: (state: SessionState) => T): Signal<T | SessionState> {
  const { getState, subscribe } = injectAuth()
  const state = signal(getState())
  // A state may change in the middle of somebody's computation, where Angular lets nobody write.
  const follow = (): (() => void) => subscribe((next) => untracked(() => state.set(next)))
  inject(DestroyRef).onDestroy(untracked(follow))
  return selector ? computed(() => selector(state())) : state.asReadonly()
}
