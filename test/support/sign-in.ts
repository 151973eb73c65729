import { createHash } from 'node:crypto'
import { vi } from 'vitest'
import type { SignInOptions } from '../../src/index.ts'
import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { json } from '../oauth/server-double.ts'
import { idToken } from './id-token.ts'
import type { Profile, Tab } from './tabs.ts'
import { patience } from './patience.ts'

export const redirectUri = 'https://app.example/callback'

/** Begins a sign-in and returns where the page went. */
export async function leaveToSignIn(tab: Tab, options?: SignInOptions): Promise<URL> {
  const before = tab.navigation.left.length
  // The page goes; a promise that rejects because it came back is nobody's here.
  tab.auth.signIn(options).catch(() => {})
  const left = await vi.waitUntil(() => tab.navigation.left[before], patience)
  return new URL(left)
}

/** Where the authorization server sends the page back to. A member that is `undefined` is left out. */
export function callbackOf(
  left: URL,
  parameters: Readonly<Record<string, string | undefined>> = { code: 'code-secret-1' },
): string {
  const url = new URL(redirectUri)
  const all = { state: left.searchParams.get('state') ?? undefined, ...parameters }
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}

/** Redeems the code as a server does that checks PKCE (RFC 7636 §4.6). */
export function redeeming(
  { server }: Profile,
  left: URL,
  claims: Readonly<Record<string, unknown>> = {},
): FakeReply {
  return ({ parameters }) => {
    const verifier = parameters.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const isGood =
      parameters.get('grant_type') === 'authorization_code' &&
      parameters.get('redirect_uri') === redirectUri &&
      challenge === left.searchParams.get('code_challenge')
    if (!isGood) return json(400, { error: 'invalid_grant' })
    const nonce = left.searchParams.get('nonce') ?? undefined
    return json(200, server.signIn({ id_token: idToken({ nonce, ...claims }) }))
  }
}
