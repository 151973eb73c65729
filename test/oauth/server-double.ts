import type { AuthorizationServer } from 'oauth4webapi'
import { SignJWT, generateKeyPair } from 'jose'
import { createDeferred } from '../support/deferred.ts'

export const issuer = 'https://as.example'
export const clientId = 'spa'

/** As an app configures it by value: no list of signature algorithms, no key set. */
export const metadata: AuthorizationServer = {
  issuer,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
}

export interface SentRequest {
  readonly url: string
  readonly init: RequestInit
  readonly parameters: URLSearchParams
  readonly headers: Headers
}

/** A `fetch` that remembers what it was given, and lets `answer` answer. */
export function createFetchDouble(answer: (request: SentRequest) => Response | Promise<Response>): {
  readonly fetch: () => typeof globalThis.fetch
  readonly sent: SentRequest[]
} {
  const sent: SentRequest[] = []
  const send: typeof globalThis.fetch = async (input, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : ''
    const request = {
      url: input instanceof Request ? input.url : input.toString(),
      init,
      parameters: new URLSearchParams(body),
      headers: new Headers(init.headers),
    }
    sent.push(request)
    return answer(request)
  }
  return { fetch: () => send, sent }
}

/** An answer that never comes. `asked` fulfils when somebody begins to wait for it. */
export function createSilence(): {
  readonly answer: () => Promise<never>
  readonly asked: Promise<void>
} {
  const { promise, resolve } = createDeferred()
  return {
    asked: promise,
    answer() {
      resolve()
      return new Promise(() => {})
    },
  }
}

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** What a server sends in place of JSON when something in front of it answers. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response('<!doctype html><title>Please sign in to the Wi-Fi</title>', {
    status,
    headers: { 'content-type': 'text/html', ...headers },
  })
}

/** What a browser makes of a redirect that is not to be followed: status 0, nothing to read. */
export function opaqueRedirect(): Response {
  return Response.error()
}

export const claims: {
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
} = {
  iss: issuer,
  sub: 'user-1',
  aud: clientId,
  iat: 1_900_000_000,
  exp: 1_900_000_600,
}

/** An `id_token` with a real signature; a member that is `undefined` is left out. */
export async function signIdToken(
  changes: Readonly<Record<string, unknown>> = {},
  alg: string = 'RS256',
): Promise<string> {
  const key = alg.startsWith('HS')
    ? new TextEncoder().encode('a client secret that no browser should have')
    : (await keyPairOf(alg)).privateKey
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(key)
}

/** Made once for each algorithm: an RSA key takes its time. */
const keyPairs = new Map<string, ReturnType<typeof generateKeyPair>>()

function keyPairOf(alg: string): ReturnType<typeof generateKeyPair> {
  const keyPair = keyPairs.get(alg) ?? generateKeyPair(alg)
  keyPairs.set(alg, keyPair)
  return keyPair
}
