import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { Servers } from '../../demo/servers.ts'
import { vendorNamed } from '../../demo/vendors/vendors.ts'

export interface TokenReply {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope: string
}

/** The reply to a token request that has to be granted. */
export async function tokensOf(response: Response): Promise<TokenReply> {
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return (await response.json()) as TokenReply
}

/**
 * A client without the library: a cookie jar, and the requests as the specifications or the vendor's
 * pages write them.
 */
export interface PlainClient {
  /** Goes to the authorization server. The address of its login page, or of the callback. */
  authorize(parameters?: Record<string, string>): Promise<URL>
  /** Chooses a user on the login page. */
  choose(user: string, login: URL): Promise<URL>
  redeem(callback: URL): Promise<TokenReply>
  signIn(user: string): Promise<TokenReply>
  tokenRequest(parameters: Record<string, string>, signal?: AbortSignal): Promise<Response>
  refresh(refreshToken: string, signal?: AbortSignal): Promise<Response>
  callApi(accessToken: string | undefined, path?: string, init?: RequestInit): Promise<Response>
}

/** @param client Default: the main client, whose callback is at `/callback`. */
export function createPlainClient(
  servers: Servers,
  client: { readonly clientId: string; readonly redirectPath: string } = {
    clientId: servers.clientId,
    redirectPath: '/callback',
  },
): PlainClient {
  const { issuer, pageOrigin, apiOrigin, clientSecret } = servers
  const { authorizationEndpoint, authorizationParameters } = servers.vendor.twentyLines
  const vendor = vendorNamed(servers.vendor.name)
  const isJson = vendor?.encodings[0] === 'json'
  const { clientId } = client
  const redirectUri = pageOrigin + client.redirectPath
  const verifier = randomBytes(32).toString('base64url')
  const cookies = new Map<string, string>()

  async function browse(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/)
      cookies.set(name, value)
    }
    return response
  }

  async function follow(response: Response, from: URL): Promise<URL> {
    const location = response.headers.get('location')
    if (location === null) return submit(await response.text(), from)
    const next = new URL(location, from)
    if (next.origin === pageOrigin) return next
    const arrived = await browse(next)
    if (next.pathname.startsWith('/login/') && arrived.status === 200) return next
    return follow(arrived, next)
  }

  /** Does what a page does that submits its form by itself. */
  async function submit(html: string, from: URL): Promise<URL> {
    const action = /<form method="post" action="([^"]*)"/.exec(html)?.[1]
    if (action === undefined) return from
    const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)
    const body = new URLSearchParams([...inputs].map(([, name = '', value = '']) => [name, value]))
    const url = new URL(action, from)
    return follow(await browse(url, { method: 'POST', body }), url)
  }

  function tokenRequest(
    parameters: Record<string, string>,
    signal: AbortSignal | null = null,
  ): Promise<Response> {
    const credentials = {
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    }
    const members = { ...credentials, ...parameters }
    return fetch(issuer + (vendor?.paths.token ?? '/token'), {
      method: 'POST',
      headers: { origin: pageOrigin, ...(isJson && { 'content-type': 'application/json' }) },
      body: isJson ? JSON.stringify(members) : new URLSearchParams(members),
      signal,
    })
  }

  const plainClient: PlainClient = {
    async authorize(parameters = {}) {
      const url = new URL(authorizationEndpoint)
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: servers.scope,
        state: 'state',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...authorizationParameters,
        ...parameters,
      }).toString()
      return follow(await browse(url), url)
    },
    async choose(user, login) {
      const body = new URLSearchParams({ user })
      return follow(await browse(login, { method: 'POST', body }), login)
    },
    async redeem(callback) {
      const response = await tokenRequest({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      })
      return (await response.json()) as TokenReply
    },
    async signIn(user) {
      return plainClient.redeem(await plainClient.choose(user, await plainClient.authorize()))
    },
    tokenRequest,
    refresh: (refreshToken, signal) =>
      tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken }, signal),
    callApi: (accessToken, path = '/orders', init = {}) =>
      fetch(apiOrigin + path, {
        ...init,
        headers: {
          origin: pageOrigin,
          ...(accessToken && { authorization: `Bearer ${accessToken}` }),
          ...(init.headers as Record<string, string>),
        },
      }),
  }
  return plainClient
}
