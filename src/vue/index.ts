/**
 * Composables and a navigation guard for Vue 3.
 *
 * @module tokenring/vue
 */
export { createAuth } from './create-auth.ts'
export {
  createSessionGuard,
  type GuardedRoute,
  type SessionGuard,
  type SessionGuardOptions,
} from './create-session-guard.ts'
export {
  RequireSession,
  type RequireSessionComponent,
  type RequireSessionSlots,
} from './require-session.ts'
export type { FallbackState, NoticeState } from '../manager/required-session.ts'
export {
  useAccessToken,
  type AccessTokenState,
  type UseAccessTokenOptions,
} from './use-access-token.ts'
export { useAuth } from './use-auth.ts'
export { useAuthFetch } from './use-auth-fetch.ts'
export { useSession } from './use-session.ts'
export { useUser } from './use-user.ts'
export type { User, UserState } from '../core/session/user-state.ts'
