import { demoUser } from '../authorization-server-pages.ts'
import type { DemoUser } from '../authorization-server-pages.ts'
import type { RegisteredClient } from '../authorization-server-options.ts'
import type { Vendor } from './vendor.ts'

/** A sign-in that an app asks for (RFC 6749 §4.1.1, RFC 7636), as it may be answered. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string | undefined
  readonly scope: readonly string[]
  readonly codeChallenge: string
  readonly audience: string | undefined
  readonly nonce: string | undefined
  readonly prompt: string | undefined
  /** The `login_hint`, if it names a user of the demo. */
  readonly hintedUser: DemoUser | undefined
}

export type ParsedAuthorizationRequest =
  | { readonly kind: 'good'; readonly asked: AuthorizationRequest }
  /** It is not known whom to tell, so the user is told (RFC 6749 §4.1.2.1). */
  | { readonly kind: 'nobody'; readonly problem: string }
  | {
      readonly kind: 'refused'
      readonly redirectUri: string
      readonly state: string | undefined
      readonly error: string
      readonly problem: string
    }

export function parseAuthorizationRequest(
  query: URLSearchParams,
  vendor: Vendor,
  clients: readonly RegisteredClient[],
): ParsedAuthorizationRequest {
  const names = [...query.keys()]
  if (new Set(names).size < names.length) return nobody('A parameter is there twice.')
  const client = clients.find(({ clientId }) => clientId === query.get('client_id'))
  if (!client) return nobody('The client is not known here.')
  const redirectUri = query.get('redirect_uri') ?? ''
  // Compared as a whole (RFC 9700 §4.1.3).
  if (!client.redirectUris.includes(redirectUri)) {
    return nobody('The redirect URI is not one of this client.')
  }
  const state = query.get('state') ?? undefined
  const scope = (query.get('scope') ?? '').split(' ').filter(Boolean)
  const refused = refusalOf(query, scope, vendor)
  if (refused) return { kind: 'refused', redirectUri, state, ...refused }
  return {
    kind: 'good',
    asked: {
      clientId: client.clientId,
      redirectUri,
      state,
      scope,
      codeChallenge: query.get('code_challenge') ?? '',
      audience: query.get('audience') ?? undefined,
      nonce: query.get('nonce') ?? undefined,
      prompt: query.get('prompt') ?? undefined,
      hintedUser: demoUser(query.get('login_hint')),
    },
  }
}

function refusalOf(
  query: URLSearchParams,
  scope: readonly string[],
  vendor: Vendor,
): { readonly error: string; readonly problem: string } | undefined {
  if (query.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', problem: 'Only the code flow is known here.' }
  }
  const isProofGood =
    query.get('code_challenge_method') === 'S256' &&
    /^[\w-]{43}$/.test(query.get('code_challenge') ?? '')
  if (!isProofGood) {
    return { error: 'invalid_request', problem: 'A code challenge with S256 is needed.' }
  }
  const known = [...vendor.scopes, ...(vendor.isOpenId ? ['openid', 'profile'] : [])]
  const unknown = scope.find((word) => !known.includes(word))
  if (unknown !== undefined)
    return { error: 'invalid_scope', problem: `Not known here: ${unknown}` }
  return undefined
}

function nobody(problem: string): ParsedAuthorizationRequest {
  return { kind: 'nobody', problem }
}
