import type { TokenManager } from '../manager/token-manager-api.ts'
import { useAuth } from './use-auth.ts'

/**
 * Gets the manager's `fetch`, which sends the access token to the listed resource servers. On a
 * `SessionChangedError` load anew what the page shows: another user is signed in by now.
 *
 * @throws {Error} There is no manager here; see `useAuth`.
 *
 * @example
 *
 * ```vue
 * <script setup lang="ts">
 * import { useAuthFetch } from 'tokenring/vue'
 * import { ref } from 'vue'
 *
 * const authFetch = useAuthFetch()
 * const count = ref<number>()
 *
 * async function load() {
 *   const response = await authFetch('https://api.example.com/v2/orders')
 *   count.value = ((await response.json()) as unknown[]).length
 * }
 * </script>
 *
 * <template>
 *   <button @click="load">{{ count ?? 'Count' }}</button>
 * </template>
 * ```
 */
export function useAuthFetch(): TokenManager['fetch'] {
  return useAuth().fetch
}
