import { base64url } from './base64url.ts'
import type { Metadata } from './metadata.ts'
import type { SignInUnderWay } from './notebook.ts'
import type { Settings } from './settings.ts'

/** A sign-in by code and PKCE (RFC 6749 §4.1, RFC 7636): where to go, and what to keep until then. */
export async function prepareSignIn(
  settings: Settings,
  metadata: Metadata,
  redirectUri: string,
): Promise<{ readonly url: string; readonly signIn: SignInUnderWay }> {
  const state = random()
  const verifier = random()
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const url = new URL(metadata.authorization_endpoint)
  const parameters = {
    ...Object.fromEntries(new URLSearchParams(settings.parameters)),
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    ...(settings.scope !== '' && { scope: settings.scope }),
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, signIn: { state, verifier } }
}

/** What a callback brings, or why it is not believed. */
export type Callback =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'refused'; readonly error: string; readonly words?: string }
  | { readonly kind: 'not-ours' }

/** @returns Nothing if the address is no callback. */
export function readCallback(
  url: URL,
  signIn: SignInUnderWay | undefined,
  issuer: string | undefined,
): Callback | undefined {
  const { searchParams } = url
  const [state, code, error, from] = ['state', 'code', 'error', 'iss'].map((name) =>
    searchParams.get(name),
  )
  if (code === null && error === null) return undefined
  if (!signIn || state !== signIn.state) return { kind: 'not-ours' }
  // RFC 9207 §2.4.
  if (from !== null && from !== issuer) return { kind: 'not-ours' }
  if (typeof code === 'string' && error === null) return { kind: 'code', code }
  const words = searchParams.get('error_description')
  return {
    kind: 'refused',
    error: (error ?? '').slice(0, 60),
    ...(words !== null && { words: words.slice(0, 200) }),
  }
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}
