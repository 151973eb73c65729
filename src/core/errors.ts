/** An authorization server's error response (RFC 6749 §5.2), in wire spelling. Text to display, not to trust. */
export interface OAuthErrorDetails {
  readonly error: string
  readonly error_description?: string
  readonly error_uri?: string
  /** The HTTP status it came with; absent where it came by redirect. */
  readonly status?: number
}

const brand: unique symbol = Symbol.for('tokenring.error') as never

interface ErrorDetails {
  /** The authorization server's words, where it said any. */
  readonly oauth?: OAuthErrorDetails | undefined
  /** The lower error; holds no secret. */
  readonly cause?: unknown
}

abstract class TokenringError<Code extends string> extends Error {
  readonly code: Code
  readonly oauth?: OAuthErrorDetails

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.oauth) this.oauth = details.oauth
    Object.defineProperty(this, brand, { value: true })
  }
}

export type SessionEndedCode =
  | 'NEVER'
  | 'SIGNED_OUT'
  | 'REJECTED'
  | 'ROTATION_LOST'
  | 'REFUSED'
  | 'SUBJECT_CHANGED'
  | 'KEY_LOST'
  | 'STORAGE_CLEARED'
  | 'EXPIRED'
  | 'IDLE'

/** There is no session to go on with: a new sign-in is needed. */
export class SessionEndedError extends TokenringError<SessionEndedCode> {
  override readonly name = 'SessionEndedError'
}

/**
 * There is a session, but not the one that the page showed when the request was made: it was not
 * sent in its name. The page's data have to be loaded anew; signing in would end the other session.
 */
export class SessionChangedError extends TokenringError<'SESSION_CHANGED'> {
  override readonly name = 'SessionChangedError'
}

export type SignInErrorCode =
  /** The user, or the server for him, said no. */
  | 'DENIED'
  /** `prompt: 'none'` does not do: the user has to be asked. */
  | 'INTERACTION_REQUIRED'
  /** The callback answers no sign-in that this browser has begun and not finished. */
  | 'NO_TRANSACTION'
  | 'RESPONSE_INVALID'
  /** The server cannot answer now. */
  | 'UNAVAILABLE'
  /** The page was to leave for the login page, and is still here, or here again. */
  | 'NOT_LEFT'
  /** The callback came to another address than `redirectUri`. */
  | 'REDIRECT_URI_MISMATCH'
  /** Sign-ins without a user's gesture follow each other, and no session comes of them. */
  | 'LOOP'
  /** The browser has opened no window for the login page. */
  | 'POPUP_BLOCKED'
  /** The user has closed the window with the login page. */
  | 'POPUP_CLOSED'

/** A sign-in did not succeed. A session that was there before is untouched. */
export class SignInError extends TokenringError<SignInErrorCode> {
  override readonly name = 'SignInError'
  /** Where the user wanted to go, if this is what became of a callback; `signIn()` there knows it, too. */
  readonly returnTo?: string
}

export type RefreshUnavailableCode =
  'NETWORK' | 'TIMEOUT' | 'SERVER_UNAVAILABLE' | 'RESPONSE_INVALID' | 'REFUSED' | 'NOT_PERSISTED'

/**
 * Whether the request that failed may have spent the refresh token: it was never sent, nobody knows,
 * or the server answered without spending it.
 */
export type RequestOutcome = 'not-sent' | 'unknown' | 'answered'

/** No fresh token for the moment. The session is kept, and the next attempt is due at `retryAt`. */
export class RefreshUnavailableError extends TokenringError<RefreshUnavailableCode> {
  override readonly name = 'RefreshUnavailableError'
  readonly outcome: RequestOutcome
  /** Ms since the epoch. No tab sends a token request before. */
  readonly retryAt?: number

  constructor(
    code: RefreshUnavailableCode,
    message: string,
    details: ErrorDetails & {
      readonly outcome: RequestOutcome
      readonly retryAt?: number | undefined
    },
  ) {
    super(code, message, details)
    this.outcome = details.outcome
    if (details.retryAt !== undefined) this.retryAt = details.retryAt
  }
}

export type ConfigurationErrorCode =
  | 'CLIENT_REJECTED'
  | 'METADATA_INVALID'
  | 'INSECURE_ENDPOINT'
  | 'UNSUPPORTED'
  | 'SCOPE_NOT_GRANTED'
  /** A server wants a DPoP nonce, and hides the header that holds it. */
  | 'NONCE_NOT_EXPOSED'
  | 'NO_WINDOW'

/** A developer must act, at the app or at the server. The session is kept. */
export class ConfigurationError extends TokenringError<ConfigurationErrorCode> {
  override readonly name = 'ConfigurationError'
  /** Where the user wanted to go, if this is what became of a callback; `signIn()` there knows it, too. */
  readonly returnTo?: string
}

export type StorageErrorCode = 'STORE_READ' | 'STORE_WRITE' | 'RECORD_NEWER'

/** Storage refused. The session, as far as this tab knows it, is kept. */
export class StorageError extends TokenringError<StorageErrorCode> {
  override readonly name = 'StorageError'
  /** Where the user wanted to go, if this is what became of a callback; `signIn()` there knows it, too. */
  readonly returnTo?: string
}

/** `dispose()` was called on this manager. */
export class DisposedError extends TokenringError<'DISPOSED'> {
  override readonly name = 'DisposedError'
}

export function disposedError(): DisposedError {
  return new DisposedError('DISPOSED', 'This token manager was disposed of: create a new one.')
}

export function notLeft(why: string): SignInError {
  return new SignInError(
    'NOT_LEFT',
    `The page has not left for the login page (${why}): offer the sign-in again.`,
  )
}

/** The user signed out while a sign-in was being finished: the later one counts. */
export function signedOutMeanwhile(): SignInError {
  return new SignInError('DENIED', 'The user has signed out while the sign-in was being finished.')
}

/** The same error, which knows where the user wanted to go. */
export function withReturnTo(error: unknown, returnTo: string): unknown {
  const isOfSignIn =
    error instanceof SignInError ||
    error instanceof ConfigurationError ||
    error instanceof StorageError
  return isOfSignIn ? Object.assign(error, { returnTo }) : error
}

/** Not an end of the session: its access token may go on living. */
export function notRenewable(): SessionEndedError {
  return new SessionEndedError(
    'EXPIRED',
    'The session has no refresh token: it cannot be renewed without a new sign-in.',
  )
}

/** Everything the library throws on purpose, except `TypeError` for wrong arguments. */
export type TokenError =
  | SessionEndedError
  | SessionChangedError
  | SignInError
  | RefreshUnavailableError
  | ConfigurationError
  | StorageError
  | DisposedError

/** Whether `value` is one of this library's errors, also when another copy of the library made it. */
export function isTokenError(value: unknown): value is TokenError {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, brand)
}

/** How many errors are looked at: a getter may make a new one at each look. */
const mostLooks = 100

/**
 * The library's error in what another client has rejected with: `error` itself, or the first one in
 * its `cause`, the causes of that, and the `errors` of an `AggregateError`. HTTP clients wrap what
 * their `fetch` rejects with, so {@link isTokenError} alone does not see it. Never throws.
 *
 * @example
 *
 * ```ts
 * import { findTokenError } from 'tokenring'
 *
 * try {
 *   await axios.get('/orders')
 * } catch (error) {
 *   if (findTokenError(error)?.name === 'SessionEndedError') await auth.signIn()
 * }
 *
 * declare const axios: { get(path: string): Promise<unknown> }
 * ```
 */
export function findTokenError(error: unknown): TokenError | undefined {
  // Each is in it once, so that no circle is followed, and what is added is still come to.
  const found = new Set([error])
  let looks = 0
  for (const each of found) {
    try {
      if (isTokenError(each)) return each
    } catch {
      // A proxy that refuses to be looked at.
    }
    if (++looks === mostLooks) return undefined
    for (const name of ['cause', 'errors']) {
      try {
        const inner = (Object(each) as Readonly<Record<string, unknown>>)[name]
        for (const one of Array.isArray(inner) ? inner.slice(0, mostLooks) : [inner]) found.add(one)
      } catch {
        // What cannot be read holds nothing that can be told.
      }
    }
  }
  return undefined
}
