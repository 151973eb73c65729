import { RefreshUnavailableError } from '../errors.ts'

/** What comes of an answer that this code trips over. */
export function notHandled(): RefreshUnavailableError {
  return new RefreshUnavailableError(
    'RESPONSE_INVALID',
    'The answer could not be dealt with: the session is kept.',
    { outcome: 'unknown' },
  )
}

/** What comes of a second demand for a nonce. */
export function nonceRefused(): RefreshUnavailableError {
  return new RefreshUnavailableError(
    'SERVER_UNAVAILABLE',
    'The authorization server asks for one DPoP nonce after another: the session is kept.',
    { outcome: 'answered' },
  )
}
