import {
  ConfigurationError,
  SignInError,
  StorageError,
  type ConfigurationErrorCode,
  type OAuthErrorDetails,
  type SignInErrorCode,
  type StorageErrorCode,
} from '../core/errors.ts'
import { fits, isObject, isString } from '../core/shape.ts'

/**
 * What another window has left word of, among all sign-ins, about the one with this state: nothing yet,
 * the session that has begun, or the error that came of it. Another version of the app may have written
 * it.
 */
export function parseOutcome(
  signIns: unknown,
  state: string,
): undefined | { readonly sessionId: string } | Error {
  const all: readonly unknown[] = Array.isArray(signIns) ? signIns : []
  const outcome = all.filter(isObject).find((signIn) => signIn['state'] === state)?.['outcome']
  if (!isObject(outcome)) return undefined
  const { sessionId, name, code, message, oauth } = outcome
  if (isString(sessionId)) return { sessionId }
  const details = { oauth: isOAuth(oauth) ? oauth : undefined }
  if (isString(code) && isString(message)) {
    if (name === 'SignInError') return new SignInError(code as SignInErrorCode, message, details)
    if (name === 'StorageError') return new StorageError(code as StorageErrorCode, message, details)
    if (name === 'ConfigurationError')
      return new ConfigurationError(code as ConfigurationErrorCode, message, details)
  }
  return new SignInError('UNAVAILABLE', 'The sign-in has failed in its window.')
}

function isOAuth(value: unknown): value is OAuthErrorDetails {
  return fits(
    value,
    { error: isString },
    { error_description: isString, error_uri: isString, status: Number.isFinite },
  )
}
