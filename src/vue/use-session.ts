import {
  computed,
  getCurrentInstance,
  inject,
  onMounted,
  onScopeDispose,
  shallowRef,
  ssrContextKey,
  type ComputedRef,
} from 'vue'
import type { SessionState } from '../core/session/session-state.ts'
import { useAuth } from './use-auth.ts'

/**
 * Follows the session, in a ref that cannot be written to, until the component or the scope goes.
 *
 * With a `selector`, which picks what is wanted, what depends on the ref runs again only when the
 * selected value is another one by `Object.is`. The selector may read other refs. On a server, and while the page it rendered is
 * hydrated, the state is `restoring`; on a server nothing is subscribed to.
 *
 * @throws {Error} There is no manager here; see `useAuth`.
 *
 * @example
 *
 * ```vue
 * <script setup lang="ts">
 * import { useSession } from 'tokenring/vue'
 *
 * const name = useSession((state) =>
 *   state.status === 'signed-in' ? state.claims?.['name'] : undefined,
 * )
 * </script>
 *
 * <template>
 *   <p>Hello {{ name }}</p>
 * </template>
 * ```
 */
export function useSession(): ComputedRef<SessionState>
export function useSession<T>(selector: (state: SessionState) => T): ComputedRef<T>
export function useSession<T>(
  selector?: (state: SessionState) => T,
): ComputedRef<T | SessionState> {
  const { subscribe } = useAuth()
  const state = shallowRef<SessionState>({ status: 'restoring' })
  let unsubscribe = (): void => {}

  function follow(): void {
    unsubscribe = subscribe((next) => {
      state.value = next
    })
  }

  // A component that has an element before it is mounted takes over what a server rendered.
  if (getCurrentInstance()?.vnode.el) onMounted(follow)
  // No scope ever ends on a server.
  else if (!inject(ssrContextKey, undefined)) follow()
  onScopeDispose(() => unsubscribe())

  return computed(() => (selector ? selector(state.value) : state.value))
}
