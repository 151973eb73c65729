import { hasInjectionContext, inject } from 'vue'
import type { TokenManager } from '../manager/token-manager-api.ts'
import { authKey } from './auth-key.ts'

/**
 * Gets the manager of the app: to sign in and out, and for whatever has no composable of its own. To
 * be called where `inject` may be: in `setup`, in the setup function of a store, in a navigation guard.
 *
 * @throws {Error} It was called elsewhere, or the app does not use `createAuth`.
 *
 * @example
 *
 * ```vue
 * <script setup lang="ts">
 * import { useAuth } from 'tokenring/vue'
 *
 * const auth = useAuth()
 * </script>
 *
 * <template>
 *   <button @click="auth.signOut()">Sign out</button>
 * </template>
 * ```
 */
export function useAuth(): TokenManager {
  if (!hasInjectionContext()) {
    throw new Error('There is no app: call this in setup.')
  }
  const [manager] = inject(authKey, [])
  if (!manager) throw new Error('No manager: call app.use(createAuth(manager)).')
  return manager
}
