import { computed, type ComputedRef } from 'vue'
import { endingErrorOf, isRestoring, userOf, type UserState } from '../core/session/user-state.ts'
import { useSession } from './use-session.ts'

/**
 * Follows who is signed in, in a ref that cannot be written to: whether that is known yet, the claims of
 * the ID token, and why the session has ended by itself if it has. It knows the claims of OpenID Connect
 * (`name`, `email`, `picture`, …; which of them come, the scope and the server decide); others are given
 * as a type, which nothing checks.
 *
 * @throws {Error} There is no manager here; see `useAuth`.
 *
 * @example
 *
 * ```vue
 * <script setup lang="ts">
 * import { useUser } from 'tokenring/vue'
 *
 * const who = useUser<{ roles: string[] }>()
 * </script>
 *
 * <template>
 *   <p v-if="who.isLoading">One moment …</p>
 *   <p v-else-if="who.user">Hello {{ who.user?.name }} {{ who.user?.roles?.join(', ') }}</p>
 *   <p v-else>{{ who.error?.message ?? 'Nobody is signed in.' }}</p>
 * </template>
 * ```
 */
export function useUser<Claims extends object = object>(): ComputedRef<UserState<Claims>> {
  const isLoading = useSession(isRestoring)
  const user = useSession(userOf)
  const error = useSession(endingErrorOf)
  return computed(
    () =>
      ({
        isLoading: isLoading.value,
        user: user.value,
        error: error.value,
      }) as UserState<Claims>,
  )
}
