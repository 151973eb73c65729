/** One token request as the fake server received it. */
export interface FakeTokenRequest {
  readonly parameters: URLSearchParams
  readonly headers: Headers
  /** Does what the server normally does (rotates, or refuses) and returns its reply. */
  proceed(): Response
}

/** Answers a token request in place of the server. */
export type FakeReply = (request: FakeTokenRequest) => Response | Promise<Response>

export interface FakeAuthorizationServer {
  readonly issuer: string
  /** What to pass as `authorizationServer`. */
  readonly metadata: {
    readonly issuer: string
    readonly authorization_endpoint: string
    readonly token_endpoint: string
    readonly revocation_endpoint: string
  }
  /** Answers the token and revocation endpoints; rejects for every other URL. */
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
  /**
   * A first token response, as a sign-in would have brought it. Begins a new family of tokens. With
   * `claims` it holds an `id_token` of this server with them, for `sub` `'user-1'` and the client `'spa'`
   * unless they say otherwise; whatever else is given are members of the response.
   */
  signIn(
    extra?: Readonly<Record<string, unknown>> & {
      readonly claims?: Readonly<Record<string, unknown>> | undefined
    },
  ): Record<string, unknown> & {
    readonly access_token: string
    readonly token_type: string
    readonly refresh_token: string
  }
  /** Lets `reply` answer the next token request, and the one after it if called again. */
  answerNext(reply: FakeReply): void
  /** Lets `reply` answer every token request from now on; without it, the server answers itself again. */
  answerAlways(reply?: FakeReply): void
  /** Whether an access token came from here, belongs to a living family and was not revoked. */
  accepts(accessToken: string): boolean
  /** Makes every access token issued so far worthless before its time. */
  revokeAccessTokens(): void
  /** Ends every family: the next refresh is refused. */
  revokeFamilies(): void
  /** Where a token of either kind comes from; nothing for one that was not issued here. */
  lineageOf(token: string): FakeLineage | undefined
  readonly counts: {
    /** Token requests of any kind. */
    readonly requests: number
    /** Refresh token grants that were answered with new tokens. */
    readonly grants: number
    /** Spent refresh tokens that came back. */
    readonly replays: number
    /** Spent refresh tokens that were answered once more; see `graceful`. */
    readonly repeats: number
    readonly revocations: number
  }
  /** Every token value that was ever issued, for tests that look for leaks. */
  readonly secrets: readonly string[]
}

/** The descent of a token. */
export interface FakeLineage {
  /** Which sign-in it goes back to; counts from 1. */
  readonly family: number
  /** How many rotations came before it. */
  readonly place: number
  /** Why the family is over, if it is. */
  readonly endedBy?: 'replay' | 'revocation'
}

export interface FakeAuthorizationServerOptions {
  /** Default: 300. */
  readonly expiresIn?: number
  /**
   * Answers a spent refresh token again, with the same successor, until that successor is used.
   * Default: no, and whoever loses a reply loses the session.
   */
  readonly graceful?: boolean
  /** Members that every token reply has besides the usual ones. */
  readonly extra?: Readonly<Record<string, unknown>>
}

const issuer = 'https://as.example'

/**
 * An authorization server that is nothing but a `fetch`: rotates with every refresh token grant and
 * ends the whole family when a spent refresh token comes back (RFC 9700 §4.14.2).
 */
export function createFakeAuthorizationServer(
  options: FakeAuthorizationServerOptions = {},
): FakeAuthorizationServer {
  interface Family {
    readonly id: number
    live: string
    previous: string
    place: number
    endedBy?: 'replay' | 'revocation'
  }
  interface Issued {
    readonly family: Family
    readonly place: number
  }
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
  }
  const issued = new Map<string, Issued>()
  const good = new Set<string>()
  let families = 0
  const secrets: string[] = []
  const next: FakeReply[] = []
  let always: FakeReply | undefined
  const counts = { requests: 0, grants: 0, replays: 0, repeats: 0, revocations: 0 }

  function mint(kind: string): string {
    const token = `${kind}-secret-${secrets.length}`
    secrets.push(token)
    return token
  }

  function issue(
    family: Family,
    how: { readonly rotates: boolean },
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    const access_token = mint('access')
    if (how.rotates) {
      family.previous = family.live
      family.live = mint('refresh')
      family.place += 1
    }
    const refresh_token = family.live
    const { place } = family
    issued.set(refresh_token, { family, place })
    issued.set(access_token, { family, place })
    good.add(access_token)
    const expires_in = options.expiresIn ?? 300
    return {
      access_token,
      token_type: 'Bearer',
      expires_in,
      refresh_token,
      ...options.extra,
      ...extra,
    }
  }

  function refresh(parameters: URLSearchParams): Response {
    const presented = parameters.get('refresh_token') ?? ''
    const family = issued.get(presented)?.family
    if (!family || family.endedBy) return json(400, { error: 'invalid_grant' })
    if (family.live === presented) {
      counts.grants += 1
      return json(200, issue(family, { rotates: true }))
    }
    if (options.graceful && family.previous === presented) {
      counts.repeats += 1
      return json(200, issue(family, { rotates: false }))
    }
    counts.replays += 1
    family.endedBy = 'replay'
    return json(400, { error: 'invalid_grant', error_description: 'refresh token reused' })
  }

  async function answerToken(init: RequestInit): Promise<Response> {
    counts.requests += 1
    const parameters = parametersOf(init)
    const reply = next.shift() ?? always
    const proceed = (): Response => refresh(parameters)
    return reply ? reply({ parameters, headers: new Headers(init.headers), proceed }) : proceed()
  }

  return {
    issuer,
    metadata,
    secrets,
    counts,
    async fetch(input, given) {
      const request = input instanceof Request ? input : undefined
      const url = input instanceof Request ? input.url : String(input)
      // What stands between it and the manager (MSW, say) hands the whole request on.
      const init = given ?? (request ? await initOf(request) : {})
      if (url === metadata.token_endpoint) return answerToken(init)
      if (url === metadata.revocation_endpoint) {
        counts.revocations += 1
        const family = issued.get(parametersOf(init).get('token') ?? '')?.family
        if (family) family.endedBy ??= 'revocation'
        return new Response(null, { status: 200 })
      }
      throw new TypeError('Failed to fetch')
    },
    signIn({ claims, ...extra } = {}) {
      families += 1
      const family: Family = { id: families, live: '', previous: '', place: -1 }
      return issue(
        family,
        { rotates: true },
        { ...(claims && { id_token: idTokenOf(claims) }), ...extra },
      )
    },
    answerNext: (reply) => void next.push(reply),
    answerAlways(reply) {
      always = reply
    },
    accepts: (token) => good.has(token) && issued.get(token)?.family.endedBy === undefined,
    revokeAccessTokens: () => good.clear(),
    revokeFamilies() {
      for (const { family } of issued.values()) family.endedBy ??= 'revocation'
    },
    lineageOf(token) {
      const found = issued.get(token)
      if (!found) return undefined
      const { id, endedBy } = found.family
      return { family: id, place: found.place, ...(endedBy && { endedBy }) }
    },
  }
}

/** Its signature is nobody's: what comes straight from the server is not held against one. */
function idTokenOf(claims: Readonly<Record<string, unknown>>): string {
  const iat = Math.floor(Date.now() / 1_000)
  const usual = { iss: issuer, aud: 'spa', sub: 'user-1', iat, exp: iat + 3_600 }
  return [{ alg: 'RS256' }, { ...usual, ...claims }, 'signature'].map(toBase64Url).join('.')
}

function toBase64Url(part: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(part))
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The library sends its forms as strings. */
function parametersOf({ body }: RequestInit): URLSearchParams {
  return new URLSearchParams(typeof body === 'string' ? body : '')
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  })
}

async function initOf(request: Request): Promise<RequestInit> {
  const { method, headers } = request
  return { method, headers, body: await request.text() }
}
