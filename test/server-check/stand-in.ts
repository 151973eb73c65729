import { createHash, randomBytes } from 'node:crypto'

/** How an authorization server behaves, so that what a check has to find out is known beforehand. */
export interface StandInOptions {
  readonly refreshTokens: 'new' | 'same' | 'none'
  /** For so long a spent refresh token is accepted again. */
  readonly graceMs: number
  /** Which of two successors of one refresh token is good. */
  readonly child: 'same' | 'both' | 'later' | 'earlier' | 'none-new'
  /** Whether the session ends when the other one is presented. */
  readonly lostChildEnds: boolean
  /** What a spent refresh token does after its grace. */
  readonly reuse: 'ends-session' | 'refused-only'
  readonly accessTokensEndToo: boolean
  readonly oldAccessTokensEnd: boolean
  readonly narrowed: 'narrower' | 'ignored' | 'refused'
  readonly revocation: 'works' | 'no-effect' | 'refused' | 'missing'
  /** What a refresh token that is no good is answered with. */
  readonly refusal: { readonly status: number; readonly body: string }
  readonly isOpenId: boolean
  readonly givesRefreshToken: boolean
  readonly wantsSecret: boolean
  readonly dpop: 'none' | 'plain' | 'nonce'
  /** Paths that send no CORS headers, refusals of the token endpoint, and response headers that pages may read. */
  readonly hidden: readonly string[]
  readonly hidesRefusals: boolean
  readonly exposed: string
  /** A made-up refresh token is answered with this in place of the refusal. */
  readonly busy?: { readonly status: number; readonly retryAfter: string }
}

export const strictServer: StandInOptions = {
  refreshTokens: 'new',
  graceMs: 0,
  child: 'both',
  lostChildEnds: false,
  reuse: 'ends-session',
  accessTokensEndToo: true,
  oldAccessTokensEnd: false,
  narrowed: 'narrower',
  revocation: 'works',
  refusal: { status: 400, body: '{"error":"invalid_grant","error_description":"No such token."}' },
  isOpenId: true,
  givesRefreshToken: true,
  wantsSecret: false,
  dpop: 'none',
  hidden: [],
  hidesRefusals: false,
  exposed: 'Retry-After, DPoP-Nonce',
}

export interface StandInRequest {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

export interface StandInReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether a page may read it. */
  readonly isReadable: boolean
}

interface Family {
  ended: boolean
  readonly scope: string
}

interface RefreshToken {
  readonly family: Family
  spentAt?: number
  isLost?: boolean
  readonly children: string[]
}

interface AccessToken {
  readonly family: Family
  ended: boolean
}

/** An authorization server without a person: whoever comes to sign in is signed in. */
export function createStandIn(
  origin: string,
  options: StandInOptions,
  now: () => number,
): (request: StandInRequest) => StandInReply {
  const codes = new Map<string, { readonly challenge: string; readonly scope: string }>()
  const refreshTokens = new Map<string, RefreshToken>()
  const accessTokens = new Map<string, AccessToken>()
  const mint = (): string => randomBytes(24).toString('base64url')

  const json = (status: number, value: unknown): Omit<StandInReply, 'isReadable'> => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  const refuse = (): Omit<StandInReply, 'isReadable'> => ({
    status: options.refusal.status,
    headers: { 'content-type': 'application/json' },
    body: options.refusal.body,
  })

  function newRefreshToken(family: Family): string {
    const value = mint()
    refreshTokens.set(value, { family, children: [] })
    return value
  }

  function tokens(family: Family, refreshToken: string | undefined, scope = family.scope): unknown {
    const accessToken = mint()
    accessTokens.set(accessToken, { family, ended: false })
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      scope,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    }
  }

  function redeem(form: URLSearchParams): Omit<StandInReply, 'isReadable'> {
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const verifier = form.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (code?.challenge !== challenge) return json(400, { error: 'invalid_grant' })
    const family = { ended: false, scope: code.scope }
    return json(
      200,
      tokens(family, options.givesRefreshToken ? newRefreshToken(family) : undefined),
    )
  }

  function end(family: Family): void {
    family.ended = true
    if (!options.accessTokensEndToo) return
    for (const token of accessTokens.values()) if (token.family === family) token.ended = true
  }

  /** The refresh token that a reply holds, or none; nothing at all if it is refused. */
  function rotate(value: string, token: RefreshToken): { next?: string } | undefined {
    const { family, children } = token
    if (options.refreshTokens === 'none') return {}
    if (options.refreshTokens === 'same') return { next: value }
    if (token.spentAt === undefined) {
      token.spentAt = now()
      const next = newRefreshToken(family)
      children.push(next)
      return { next }
    }
    if (now() - token.spentAt >= options.graceMs) {
      if (options.reuse === 'ends-session') end(family)
      return undefined
    }
    const [first = ''] = children
    if (options.child === 'none-new') return {}
    if (options.child === 'same') return { next: first }
    const next = newRefreshToken(family)
    const lost = options.child === 'later' ? children : options.child === 'earlier' ? [next] : []
    for (const child of lost) {
      const one = refreshTokens.get(child)
      if (one) one.isLost = true
    }
    children.push(next)
    return { next }
  }

  function refresh(form: URLSearchParams): Omit<StandInReply, 'isReadable'> {
    const value = form.get('refresh_token') ?? ''
    const token = refreshTokens.get(value)
    if (!token || token.family.ended) return refuse()
    const { family } = token
    if (token.isLost) {
      if (options.lostChildEnds) end(family)
      return refuse()
    }
    const asked = form.get('scope')
    if (asked !== null && options.narrowed === 'refused')
      return json(400, { error: 'invalid_scope' })
    const earlier = [...accessTokens.values()].filter((one) => one.family === family)
    const rotated = rotate(value, token)
    if (!rotated) return refuse()
    if (options.oldAccessTokensEnd) for (const one of earlier) one.ended = true
    const scope = asked !== null && options.narrowed === 'narrower' ? asked : family.scope
    return json(200, tokens(family, rotated.next, scope))
  }

  function serveToken(
    form: URLSearchParams,
    proof: string | null,
  ): Omit<StandInReply, 'isReadable'> {
    if (options.wantsSecret) return json(401, { error: 'invalid_client' })
    if (options.dpop === 'nonce' && proof !== null) {
      const reply = json(400, { error: 'use_dpop_nonce' })
      return { ...reply, headers: { ...reply.headers, 'dpop-nonce': 'a-nonce' } }
    }
    if (form.get('grant_type') === 'authorization_code') return redeem(form)
    if (options.busy && form.get('refresh_token')?.startsWith('made-up')) {
      const reply = json(options.busy.status, {})
      return { ...reply, headers: { ...reply.headers, 'retry-after': options.busy.retryAfter } }
    }
    return refresh(form)
  }

  function serveRevocation(form: URLSearchParams): Omit<StandInReply, 'isReadable'> {
    const token = refreshTokens.get(form.get('token') ?? '')
    if (options.revocation === 'refused') return json(400, { error: 'unsupported_token_type' })
    if (token && options.revocation === 'works') end(token.family)
    return json(200, {})
  }

  function authorize(query: URLSearchParams): Omit<StandInReply, 'isReadable'> {
    const code = mint()
    const scope = query.get('scope') ?? ''
    codes.set(code, { challenge: query.get('code_challenge') ?? '', scope })
    const back = new URL(query.get('redirect_uri') ?? origin)
    back.searchParams.set('code', code)
    back.searchParams.set('state', query.get('state') ?? '')
    return { status: 302, headers: { location: back.href }, body: '' }
  }

  function metadata(): unknown {
    return {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      ...(options.revocation !== 'missing' && { revocation_endpoint: `${origin}/revoke` }),
      ...(options.isOpenId && {
        userinfo_endpoint: `${origin}/userinfo`,
        jwks_uri: `${origin}/jwks`,
      }),
      ...(options.dpop !== 'none' && { dpop_signing_alg_values_supported: ['ES256'] }),
    }
  }

  function serve(
    { method, headers, body }: StandInRequest,
    { pathname, searchParams }: URL,
  ): Omit<StandInReply, 'isReadable'> {
    const form = new URLSearchParams(body)
    switch (`${method} ${pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return options.isOpenId ? json(200, metadata()) : json(404, {})
      case 'GET /.well-known/oauth-authorization-server':
        return json(200, metadata())
      case 'GET /authorize':
        return authorize(searchParams)
      case 'POST /token':
        return serveToken(form, headers.get('dpop'))
      case 'POST /revoke':
        return serveRevocation(form)
      case 'GET /jwks':
        return json(200, { keys: [] })
      case 'GET /userinfo': {
        const token = accessTokens.get((headers.get('authorization') ?? '').replace('Bearer ', ''))
        return token && !token.ended ? json(200, { sub: 'test' }) : json(401, {})
      }
      default:
        return json(404, {})
    }
  }

  return (request) => {
    const url = new URL(request.url, origin)
    const reply = serve(request, url)
    const isHidden =
      options.hidden.includes(url.pathname) ||
      (options.hidesRefusals && url.pathname === '/token' && reply.status >= 400)
    return { ...reply, isReadable: !isHidden }
  }
}
