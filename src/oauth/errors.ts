import { defined } from '../core/defined.ts'
import {
  ConfigurationError,
  RefreshUnavailableError,
  SignInError,
  type OAuthErrorDetails,
  type RefreshUnavailableCode,
  type RequestOutcome,
} from '../core/errors.ts'
import { withoutSecrets } from '../core/redaction.ts'
import { isString } from '../core/shape.ts'

// Nothing of oauth4webapi's own errors is passed on: their causes hold whole replies, tokens included.

const reasons: Readonly<Partial<Record<RefreshUnavailableCode, string>>> = {
  NETWORK: 'could not be reached',
  TIMEOUT: 'did not answer in time',
  SERVER_UNAVAILABLE: 'cannot answer now',
  RESPONSE_INVALID: 'sent an answer that cannot be used',
  REFUSED: 'refused without a reason that is known',
}

export function unavailable(
  code: RefreshUnavailableCode,
  outcome: RequestOutcome,
  oauth?: OAuthErrorDetails,
  detail: string | undefined = oauth?.error,
): RefreshUnavailableError {
  return new RefreshUnavailableError(code, `${inWords(code, detail)}: the session is kept.`, {
    outcome,
    oauth,
  })
}

/** For a request that was never answered. */
export function transportError(failure: 'network' | 'timeout'): RefreshUnavailableError {
  return unavailable(failure === 'timeout' ? 'TIMEOUT' : 'NETWORK', 'unknown')
}

/** No session may be there that is kept, and nothing tries again by itself. */
export function signInUnavailable({
  code,
  oauth,
}: Pick<RefreshUnavailableError, 'code' | 'oauth'>): SignInError {
  return new SignInError('UNAVAILABLE', `${inWords(code, oauth?.error)}: sign in again.`, { oauth })
}

function inWords(code: RefreshUnavailableCode, detail: string | undefined): string {
  const reason = detail === 'invalid_dpop_proof' ? 'refused the proof' : reasons[code]
  return `The authorization server ${reason}${detail === undefined ? '' : ` (${detail})`}`
}

export function responseInvalid(why: string, oauth?: OAuthErrorDetails): SignInError {
  return new SignInError('RESPONSE_INVALID', `The sign-in failed: ${why}. Begin it again.`, {
    oauth,
  })
}

/** `part` is the claim, or the part of the header, that is wrong. */
export function misfit(part: string): string {
  return `its id_token does not fit (${part})`
}

/** A host that adds a slash, or takes one away: silence would make the app sign in again without end. */
export function redirectUriMismatch(address: string, awaitedAt: string): SignInError {
  return new SignInError(
    'REDIRECT_URI_MISMATCH',
    `The callback came to ${address} in place of ${awaitedAt}: serve redirectUri as it is, or configure the other address.`,
  )
}

/** `request` is what it does not accept. */
export function clientRejected(request: string, oauth: OAuthErrorDetails): ConfigurationError {
  return new ConfigurationError(
    'CLIENT_REJECTED',
    `The authorization server rejects this client, or its ${request} (${oauth.error}): change its registration or the options.`,
    { oauth },
  )
}

const longestDescription = 300

/** What a server says, short enough to display, without the tokens it was sent or has given out. */
export function redact(
  words: {
    readonly error: string
    readonly error_description?: unknown
    readonly error_uri?: unknown
    readonly status?: number
  },
  secrets: readonly string[],
): OAuthErrorDetails {
  const clean = (text: string): string => withoutSecrets(text, secrets).slice(0, longestDescription)
  const cleanText = (value: unknown): string | undefined =>
    isString(value) ? clean(value) : undefined
  return defined({
    error: clean(words.error),
    status: words.status,
    error_description: cleanText(words.error_description),
    error_uri: cleanText(words.error_uri),
  })
}
