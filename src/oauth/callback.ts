import { SignInError, type ConfigurationError } from '../core/errors.ts'
import { clientRejected, redact, signInUnavailable } from './errors.ts'

/** What an authorization server has answered, by way of an address. */
export interface Callback {
  /** Where it came to, without query and fragment. */
  readonly address: string
  /** Of the sign-in that it answers. */
  readonly state: string
  readonly parameters: URLSearchParams
  /** The whole address without what the server has added to it (RFC 9700 §4.2.4). */
  readonly cleanUrl: string
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

/**
 * The answer in an address, if `ownState` knows the sign-in that it is about. It is in the query; some
 * servers put errors into the fragment.
 */
export function readCallback(
  url: string,
  ownState: (parameters: URLSearchParams, address: string) => string | undefined,
): Callback | undefined {
  const [, , query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(url) ?? []
  const address = addressOf(url)
  for (const part of [query, fragment]) {
    const parameters = new URLSearchParams(part.slice(1))
    const state = ownState(parameters, address)
    if (state !== undefined) {
      return { address, state, parameters, cleanUrl: url.replace(part, () => cleaned(part)) }
    }
  }
  return undefined
}

/** Without query and fragment, which may hold a secret. */
export function addressOf(url: string): string {
  return Object.assign(new URL(url), { username: '', password: '', search: '', hash: '' }).href
}

/** Cut out of the text: to write a query anew is to change what belongs to the app. */
function cleaned(part: string): string {
  const kept = part
    .slice(1)
    .split('&')
    .filter((parameter) => {
      const [name = ''] = new URLSearchParams(`&${parameter}`).keys()
      return !responseParameters.includes(name)
    })
  return kept.length > 0 ? part.charAt(0) + kept.join('&') : ''
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
): SignInError | ConfigurationError {
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
    return signInUnavailable({ code: 'SERVER_UNAVAILABLE', oauth })
  }
  return clientRejected('sign-in', oauth)
}
