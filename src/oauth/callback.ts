import { ConfigurationError, SignInError, type TokenError } from '../core/errors.ts'
import type { OAuthErrorDetails } from '../core/ports.ts'
import { redact, unavailable } from './translate-error.ts'

/** Whether an address is where the authorization server sends the browser back to, with an answer. */
export function isCallback(url: string, redirectUri: string): boolean {
  const { origin, pathname, searchParams } = new URL(url)
  const expected = new URL(redirectUri)
  return (
    origin === expected.origin &&
    pathname === expected.pathname &&
    searchParams.has('state') &&
    (searchParams.has('code') || searchParams.has('error'))
  )
}

const responseParameters = [
  'code',
  'state',
  'iss',
  'session_state',
  'error',
  'error_description',
  'error_uri',
]

/** The callback's address without what the authorization server added to it (RFC 9700 §4.2.4). */
export function cleanCallbackUrl(url: string): string {
  const clean = new URL(url)
  for (const name of responseParameters) clean.searchParams.delete(name)
  return clean.href
}

const interactionErrors = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]

/** What an authorization server sent in place of a code (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
export function toCallbackError(
  response: { readonly error: string; readonly error_description: string | null },
  secrets: readonly string[],
): TokenError {
  const oauth = redact(response, secrets)
  const { error } = oauth
  if (error === 'access_denied') {
    return new SignInError('DENIED', 'The sign-in was denied.', { oauth })
  }
  if (interactionErrors.includes(error)) {
    return new SignInError(
      'INTERACTION_REQUIRED',
      `The sign-in needs the user (${error}): sign in without prompt=none.`,
      { oauth },
    )
  }
  if (error === 'server_error' || error === 'temporarily_unavailable') {
    return unavailable('SERVER_UNAVAILABLE', 'answered', oauth)
  }
  return new ConfigurationError(
    'CLIENT_REJECTED',
    `The authorization server does not accept the sign-in as this client asks for it (${error}).`,
    { oauth },
  )
}

export function responseInvalid(why: string, oauth?: OAuthErrorDetails): SignInError {
  return new SignInError(
    'RESPONSE_INVALID',
    `The sign-in cannot be finished: ${why}. It has to be begun again.`,
    { oauth },
  )
}
