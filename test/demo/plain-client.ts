import { createHash, randomBytes } from 'node:crypto'
import type { Servers } from '../../demo/servers.ts'

export interface TokenReply {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly expires_in: number
  readonly scope: string
}

/** A client without the library: a cookie jar, and the requests as the specifications write them. */
export interface PlainClient {
  signIn(user: string): Promise<TokenReply>
  tokenRequest(parameters: Record<string, string>): Promise<Response>
  refresh(refreshToken: string): Promise<Response>
  callApi(accessToken: string | undefined, path?: string, init?: RequestInit): Promise<Response>
}

export function createPlainClient(servers: Servers): PlainClient {
  const { issuer, pageOrigin, apiOrigin, clientId } = servers
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
    const next = new URL(response.headers.get('location') ?? '', from)
    if (next.origin === pageOrigin) return next
    if (next.pathname.startsWith('/login/')) return next
    return follow(await browse(next), next)
  }

  function tokenRequest(parameters: Record<string, string>): Promise<Response> {
    return fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { origin: pageOrigin },
      body: new URLSearchParams({ client_id: clientId, ...parameters }),
    })
  }

  return {
    async signIn(user) {
      const verifier = randomBytes(32).toString('base64url')
      const authorization = new URL('/auth', issuer)
      authorization.search = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: `${pageOrigin}/callback`,
        scope: servers.scope,
        state: 'state',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString()
      const login = await follow(await browse(authorization), authorization)
      const posted = await browse(login, { method: 'POST', body: new URLSearchParams({ user }) })
      const callback = await follow(posted, login)
      const response = await tokenRequest({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: `${pageOrigin}/callback`,
        code_verifier: verifier,
      })
      return (await response.json()) as TokenReply
    },
    tokenRequest,
    refresh: (refreshToken) =>
      tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken }),
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
}
