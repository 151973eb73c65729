/**
 * The token manager, its errors and DPoP.
 *
 * @module tokenring
 */
export { createTokenManager, type Ports } from './manager/token-manager.ts'
export type {
  AccessTokenOptions,
  AuthorizationHeadersOptions,
  OpenUrlSignInOptions,
  SignOutOptions,
  StartSessionOptions,
  TokenManager,
} from './manager/token-manager-api.ts'
export type { TokenManagerOptions } from './manager/token-manager-options.ts'
export type { RefreshAhead } from './core/session/refresh-schedule.ts'
export type { RefreshState, SessionState } from './core/session/session-state.ts'
export type { TokenManagerEvent, FailureHint } from './core/events.ts'
export type {
  AbortSignalLike,
  Clock,
  LockHandle,
  LockManager,
  Navigation,
  OpenChannel,
  PageEvent,
  PageEvents,
  PeerChannel,
  Random,
  StoreChange,
  TabStorage,
  TokenStore,
} from './core/ports.ts'
export {
  ConfigurationError,
  DisposedError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionEndedError,
  SignInError,
  StorageError,
  findTokenError,
  isTokenError,
  type ConfigurationErrorCode,
  type RefreshUnavailableCode,
  type RequestOutcome,
  type SessionEndedCode,
  type SignInErrorCode,
  type StorageErrorCode,
  type TokenError,
  type OAuthErrorDetails,
} from './core/errors.ts'
export type { ResourceServerOptions } from './http/resource-servers.ts'
export type { SignInOptions } from './oauth/authorization-request.ts'
export type { AuthorizationServerMetadata } from './oauth/server-metadata.ts'
export { dpop, type DpopOptions, type DpopSupport } from './oauth/dpop.ts'
export type { EndSessionOptions } from './oauth/end-session.ts'
export type { TokenEndpointResponse } from './oauth/token-response.ts'
export type { EndReason } from './core/end-reason.ts'
export type { AddressClaim, IdTokenClaims } from './core/id-token-claims.ts'
