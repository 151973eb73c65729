import { refusal, type Answer } from './answers.ts'
import type { Settings, TokenProxyGrant } from './token-proxy-options.ts'

/** The parameters that are sent on, in order; `resource` may be there more than once. */
export type Parameters = readonly (readonly [name: string, value: string])[]

export type TokenRequest =
  | { readonly kind: 'accepted'; readonly parameters: Parameters }
  | { readonly kind: 'refused'; readonly answer: Answer }

/**
 * What each grant may hold (RFC 6749 §4.1.3 and §6, RFC 7636 §4.5, RFC 8707 §2.2; `audience` is what
 * some vendors have in place of `resource`). Everything else is left out, as RFC 6749 §3.2 has an
 * authorization server ignore it.
 */
const forwarded: Readonly<Record<TokenProxyGrant, readonly string[]>> = {
  authorization_code: ['code', 'redirect_uri', 'code_verifier', 'resource', 'audience'],
  refresh_token: ['refresh_token', 'scope', 'resource', 'audience'],
}
const ownCredentials = ['client_secret', 'client_assertion', 'client_assertion_type']

/** What can be refused before the body is read. Pure. */
export function refuseHeaders(
  headers: Headers,
  { maxBodyBytes }: Pick<Settings, 'maxBodyBytes'>,
): Answer | undefined {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    return refusal(415, 'invalid_request', 'The body has to be application/x-www-form-urlencoded.')
  }
  if (headers.has('authorization')) return refuseCredentials()
  // Sent on it would be refused, since it is bound to this address; left out, the tokens would not
  // be bound, and the page would throw them away after the refresh token has been spent for them.
  if (headers.has('dpop')) {
    return refusal(
      400,
      'unauthorized_client',
      'DPoP does not work through a token proxy: its proof is for the address of the proxy.',
    )
  }
  return Number(headers.get('content-length')) > maxBodyBytes ? tooLarge() : undefined
}

export function tooLarge(): Answer {
  return refusal(413, 'invalid_request', 'The body is too large.')
}

/** Reads a form and decides whether it is sent on. Pure. */
export function readTokenRequest(
  bytes: Uint8Array,
  { clientId, allowedGrants }: Pick<Settings, 'clientId' | 'allowedGrants'>,
): TokenRequest {
  const text = decode(bytes)
  if (text === undefined) return refuse('invalid_request', 'The body is not UTF-8.')
  const all = [...new URLSearchParams(text)]
  // RFC 6749 §3.2 forbids repeating any, RFC 8707 §2 allows it of this one.
  const single = all.flatMap(([name]) => (name === 'resource' ? [] : [name]))
  if (new Set(single).size < single.length) {
    return refuse('invalid_request', 'A parameter is there more than once.')
  }
  // RFC 6749 §3.2: one without a value counts as absent.
  const given = all.filter(([, value]) => value !== '')
  const valueOf = (name: string): string | undefined => given.find(([key]) => key === name)?.[1]
  if (ownCredentials.some((name) => valueOf(name) !== undefined)) {
    return { kind: 'refused', answer: refuseCredentials() }
  }
  if ((valueOf('client_id') ?? clientId) !== clientId) {
    return refuse('invalid_client', 'The client_id is not that of this proxy.')
  }
  const word = valueOf('grant_type')
  if (word === undefined) return refuse('invalid_request', 'The grant_type is missing.')
  const grant = allowedGrants.find((allowed) => allowed === word)
  if (grant === undefined) {
    return refuse('unsupported_grant_type', 'This proxy does not forward that grant.')
  }
  const names = ['grant_type', ...forwarded[grant]]
  return { kind: 'accepted', parameters: given.filter(([name]) => names.includes(name)) }
}

function refuseCredentials(): Answer {
  return refusal(400, 'invalid_request', 'The client has no credentials of its own to send.')
}

function refuse(error: string, description: string): TokenRequest {
  return { kind: 'refused', answer: refusal(400, error, description) }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
