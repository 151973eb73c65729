import { computed, shallowRef, toValue, watch, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import {
  occasionToAsk,
  ownerOf,
  type AccessTokenState,
} from '../core/session/access-token-state.ts'
import type { TokenError } from '../core/errors.ts'
import type { AccessTokenOptions } from '../manager/token-manager-api.ts'
import { useAuth } from './use-auth.ts'
import { useSession } from './use-session.ts'

/** Which access token. */
export type UseAccessTokenOptions = Omit<AccessTokenOptions, 'rejected' | 'signal'>

export type { AccessTokenState }

/**
 * Keeps an access token at hand until the component or the scope goes, for what cannot use
 * {@link useAuthFetch}: a WebSocket, the client of a vendor.
 *
 * Asks for a token at once, and again whenever one was renewed in any tab, whenever a hold-off has
 * ended and whenever the options change. Until the new one is there the old one stays, if both are
 * known to be of one user and for the same options. Asking counts as use: on a visible page, and
 * unless `refreshAhead` is `'never'`, the token is renewed ahead of its end. The end of the scope stops
 * the waiting, never the renewal.
 *
 * The token is in this ref, and nowhere else, until sign-out or the end of the scope. Do not render
 * it, and do not hand it down further than needed.
 *
 * @param options Which token, and how good it has to be when it is asked for; a ref or a getter is
 *   followed.
 *
 * @throws {Error} There is no manager here; see `useAuth`.
 *
 * @example
 *
 * ```vue
 * <script setup lang="ts">
 * import { useAccessToken } from 'tokenring/vue'
 * import { watchEffect } from 'vue'
 *
 * const access = useAccessToken({ minValidityMs: 30_000 })
 * watchEffect((onCleanup) => {
 *   if (access.value.token === undefined) return
 *   const socket = new WebSocket('wss://api.example.com/live', ['bearer', access.value.token])
 *   onCleanup(() => socket.close())
 * })
 * </script>
 *
 * <template>
 *   <p>{{ access.status === 'failed' ? 'No prices for now' : 'Prices' }}</p>
 * </template>
 * ```
 */
export function useAccessToken(
  options: MaybeRefOrGetter<UseAccessTokenOptions> = {},
): ComputedRef<AccessTokenState> {
  const { getAccessToken } = useAuth()
  const session = useSession()
  const access = shallowRef<AccessTokenState>({ status: 'pending' })

  const wish = (): string => {
    const { scope, resource, audience } = toValue(options)
    return JSON.stringify([ownerOf(session.value), scope, resource, audience])
  }
  const minValidityMs = (): number | undefined => toValue(options).minValidityMs

  // At once, not with the next rendering: a token is not shown any longer after sign-out.
  watch(
    [() => session.value.status, wish, () => occasionToAsk(session.value), minValidityMs],
    ([status, wanted], [, before], onCleanup) => {
      if (status !== 'signed-in') {
        access.value = { status: status === 'restoring' ? 'pending' : status }
        return
      }
      if (wanted !== before) access.value = { status: 'pending' }
      const caller = new AbortController()
      onCleanup(() => caller.abort())
      const take = (state: AccessTokenState): void => {
        const isKnown = state.token === access.value.token && state.status === 'ready'
        if (!caller.signal.aborted && !isKnown) access.value = state
      }
      getAccessToken({ ...toValue(options), signal: caller.signal }).then(
        (token) => take({ status: 'ready', token }),
        (error: TokenError) => take({ status: 'failed', error }),
      )
    },
    { immediate: true, flush: 'sync' },
  )
  return computed(() => access.value)
}
