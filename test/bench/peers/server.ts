import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, readBody, sendJson } from '../../../demo/http.ts'
import { createGrants } from './grants.ts'
import type { Counts, TokenPair } from './grants.ts'
import { tokens } from './tokens.ts'

/** What a trial may change while the server runs. */
export interface Conditions {
  /** By how much the server's clock is ahead of the machine's. */
  aheadMs: number
  /** The token endpoint takes as long before it looks at a refresh token. */
  tokenDelayMs: number
  /** And as long after it has rotated, before it answers. */
  replyDelayMs: number
  /** The token endpoint answers 503. */
  isDown: boolean
}

export interface Server {
  readonly origin: string
  readonly conditions: Conditions
  counts(): Counts
  close(): Promise<void>
}

export const clientId = 'bench'
export const accessTokenTtlSeconds = 3_600
const eternalToken = 'eternal'
const user = { sub: 'ada', email: 'ada@example.com' }

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Sign-in, token endpoint and API of one trial. */
export async function startServer(issuerPath: string): Promise<Server> {
  const conditions: Conditions = { aheadMs: 0, tokenDelayMs: 0, replyDelayMs: 0, isDown: false }
  const now = (): number => Date.now() + conditions.aheadMs
  const grants = createGrants(now, accessTokenTtlSeconds * 1_000, (ttlMs) =>
    tokens.opaque(claims(ttlMs / 1_000)),
  )
  /** The nonce of each code that has not been redeemed. */
  const codes = new Map<string, string | undefined>()
  let refreshRequests = 0
  let refused = 0
  const listener = await listen(0)

  function claims(ttlSeconds = accessTokenTtlSeconds): Record<string, unknown> {
    const iat = Math.floor(now() / 1_000)
    const iss = listener.origin + issuerPath
    return { ...user, iss, aud: clientId, iat, exp: iat + ttlSeconds }
  }

  function reply({ accessToken, refreshToken }: TokenPair, nonce?: string): object {
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      id_token: tokens.idToken({ ...claims(), nonce }),
      token_type: 'Bearer',
      expires_in: accessTokenTtlSeconds,
      scope: 'openid offline_access',
      user: { ...user, id: user.sub },
    }
  }

  async function answerGrant(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseBody(request, await readBody(request))
    if (body.has('code')) {
      const code = body.get('code') ?? ''
      if (!codes.has(code)) return sendJson(response, 400, { error: 'invalid_grant' })
      const nonce = codes.get(code)
      codes.delete(code)
      return sendJson(response, 200, reply(grants.begin(), nonce))
    }
    refreshRequests += 1
    if (conditions.isDown) return sendJson(response, 503, { error: 'temporarily_unavailable' })
    await sleep(conditions.tokenDelayMs)
    const pair = grants.refresh(body.get('refresh_token') ?? '')
    await sleep(conditions.replyDelayMs)
    if (!pair)
      return sendJson(response, 400, { error: 'invalid_grant', code: 'refresh_token_already_used' })
    sendJson(response, 200, reply(pair))
  }

  function redirectBack(query: URLSearchParams, response: ServerResponse): void {
    const code = crypto.randomUUID()
    codes.set(code, query.get('nonce') ?? undefined)
    const answer = new URLSearchParams({ code, state: query.get('state') ?? '' })
    const mark = query.get('response_mode') === 'fragment' ? '#' : '?'
    response.writeHead(302, { location: `${query.get('redirect_uri')}${mark}${answer}` }).end()
  }

  function answerApi(request: IncomingMessage, response: ServerResponse): void {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
    if (token === eternalToken || grants.isGood(token)) return sendJson(response, 200, { ok: true })
    refused += 1
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"')
    sendJson(response, 401, { error: 'invalid_token' })
  }

  listener.handle = (request, response) => {
    if (answerPreflight(request, response)) return
    const { pathname, searchParams } = new URL(request.url ?? '/', listener.origin)
    if (pathname.startsWith('/api/')) answerApi(request, response)
    else if (pathname.endsWith('/token')) void answerGrant(request, response)
    else if (pathname === '/authorize') redirectBack(searchParams, response)
    else if (pathname === '/session') sendJson(response, 200, reply(grants.begin()))
    else if (pathname === '/user') sendJson(response, 200, { ...user, id: user.sub })
    else if (pathname === '/userinfo') sendJson(response, 200, user)
    else if (pathname.endsWith('/keys')) sendJson(response, 200, tokens.keys)
    else if (pathname.includes('/.well-known/'))
      sendJson(response, 200, metadata(listener.origin, issuerPath))
    else response.writeHead(404).end()
  }

  return {
    origin: listener.origin,
    conditions,
    counts: () => ({ ...grants.counts(), refreshRequests, refused }),
    close: listener.close,
  }
}

function metadata(origin: string, issuerPath: string): object {
  return {
    issuer: origin + issuerPath,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/keys`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  }
}

/** Anybody may do anything, and asks once. */
function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  const { origin = '*', 'access-control-request-headers': headers = '' } = request.headers
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-expose-headers', 'www-authenticate')
  if (request.method !== 'OPTIONS') return false
  response.writeHead(204, {
    'access-control-allow-headers': headers,
    'access-control-allow-methods': 'GET, POST',
    'access-control-max-age': '7200',
  })
  response.end()
  return true
}

/** A form, or JSON where a library is made for a server that wants it so. */
function parseBody({ headers }: IncomingMessage, body: string): URLSearchParams {
  const isJson = headers['content-type']?.includes('json')
  return new URLSearchParams(isJson ? (JSON.parse(body) as Record<string, string>) : body)
}
