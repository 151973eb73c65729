import {
  Fragment,
  h,
  onScopeDispose,
  shallowRef,
  watch,
  type SetupContext,
  type VNodeChild,
} from 'vue'
import { nextPage, noPage, pageAfter } from '../core/session/kept-page.ts'
import type { FallbackState, NoticeState } from '../manager/required-session.ts'
import { useAuth } from './use-auth.ts'
import { useSession } from './use-session.ts'

export interface RequireSessionSlots {
  /** Rendered only while there is a session, and under a notice. */
  readonly default: () => VNodeChild
  /** While there is no session, and while it is not known yet. */
  readonly fallback: (state: FallbackState) => VNodeChild
  /**
   * Above the content when the session has ended by itself (`rejected`, `rotation-lost`, `refused`,
   * `expired`, `key-lost`): the content stays, with all its state, until the same user is back. Every
   * other end takes it off the page, and so does a session of another user, or of nobody knows whom.
   * Without this slot every end does.
   */
  readonly notice: (state: NoticeState) => VNodeChild
}

/** As templates understand it. */
export type RequireSessionComponent = new () => {
  readonly $props: object
  readonly $slots: Partial<RequireSessionSlots>
}

/**
 * Renders its content only for a user who is signed in. What keeps the user from seeing the data is the
 * API, which wants a token; this keeps the page from asking for it, and keeps what was typed when the
 * session ends by itself.
 *
 * @throws {Error} There is no manager here; see `useAuth`.
 *
 * @example
 *
 * ```vue
 * <script setup lang="ts">
 * import { signInWithPopup } from 'tokenring/popup'
 * import { RequireSession, useAuth, type NoticeState } from 'tokenring/vue'
 *
 * const auth = useAuth()
 * const signInHere = () => signInWithPopup(auth, window.open('', '_blank', 'popup'))
 * </script>
 *
 * <template>
 *   <RequireSession>
 *     <template #notice="{ follow }: NoticeState">
 *       <button @click="follow(signInHere())">Sign in again here</button>
 *     </template>
 *     <textarea>Your order</textarea>
 *   </RequireSession>
 * </template>
 * ```
 */
export const RequireSession: RequireSessionComponent = {
  name: 'RequireSession',
  setup(_: object, { slots }: SetupContext) {
    const auth = useAuth()
    const session = useSession()
    const page = shallowRef(noPage)
    const progress = shallowRef<{ readonly isPending: boolean; readonly error?: unknown }>()
    let latest = {}

    // Every state in turn, before anything is rendered.
    watch(
      session,
      (state) => {
        page.value = nextPage(page.value, state)
        if (state.status !== 'signed-in') return
        latest = {}
        progress.value = undefined
      },
      { immediate: true, flush: 'sync' },
    )

    onScopeDispose(
      auth.observe((event) => {
        page.value = pageAfter(page.value, event)
      }),
    )

    /** Shows what becomes of it, unless something else was begun, or a session, meanwhile. */
    function follow(work: Promise<unknown>): void {
      const mine = (latest = {})
      const end = (error?: unknown): void => {
        if (latest === mine) progress.value = { isPending: false, error }
      }
      progress.value = { isPending: true }
      Promise.resolve(work).then(() => end(), end)
    }

    return () => {
      const state = session.value
      const { key, standing } = page.value
      const isShown = standing === 'shown' || (standing === 'kept' && slots.notice)
      const { isPending = state.status === 'restoring', error } = progress.value ?? {}
      const shown: FallbackState = {
        isPending,
        error,
        signIn: (options) => follow(auth.signIn(options)),
        follow,
      }
      if (!isShown) return slots.fallback?.(shown)
      const said =
        state.status === 'signed-out' && slots.notice?.({ ...shown, reason: state.reason })
      // In one place whether or not there is something to say, so that Vue lets it be.
      return [h(Fragment, { key: 'notice' }, [said]), h(Fragment, { key }, [slots.default?.()])]
    }
  },
} as unknown as RequireSessionComponent
