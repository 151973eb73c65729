'use client'

/**
 * Hooks for React 18 and 19.
 *
 * @module tokenring/react
 */
export { AuthProvider, type AuthProviderProps } from './auth-provider.ts'
export type { SignInFailure } from './arrival-store.ts'
export {
  createSessionGuard,
  type GuardedRequest,
  type SessionGuard,
  type SessionGuardOptions,
} from './create-session-guard.ts'
export { RequireSession, type RequireSessionProps } from './require-session.ts'
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
