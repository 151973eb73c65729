import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AccessTokens } from './access-tokens.ts'
import { allowOnly, optionalBooleanIn } from './control-input.ts'
import { createCountersAndControls } from './counters-and-controls.ts'
import type { Controls } from './counters-and-controls.ts'
import { createDpopProofs } from './dpop-proofs.ts'
import { answerPreflight, readBody, sendJson } from './http.ts'
import { challenge, presentedToken } from './presented-token.ts'
import type { Scheme } from './presented-token.ts'
import { createSetting } from './setting.ts'
import type { TakeBack } from './setting.ts'

/** The scopes that the endpoints need, in the words of the authorization server. */
export interface ApiScopes {
  readonly read: string
  readonly write: string
  /** Something that no client of the demo asks for. */
  readonly reports: string
}

export interface ResourceServerOptions {
  readonly origin: string
  readonly pageOrigin: string
  readonly mainClientId: string
  readonly accessTokens: AccessTokens
  readonly scopes: ApiScopes
  /** Whether the controls are served at `POST /demo/<name>`. */
  readonly controls: boolean
}

/** What the API counts for one client. */
export interface ResourceServerCounters {
  readonly ok: number
  readonly unauthorized: number
  readonly forbidden: number
  /** How many different access tokens have been presented. */
  readonly tokens: number
}

/** One request, without its token. */
export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly status: number
  /** The header `X-Request-Id`: the same when a request is sent again. */
  readonly requestId?: string
  /** How the access token was presented. */
  readonly scheme?: Scheme
  /** Tells one access token from another. */
  readonly tokenHash?: string
  /** Who the presented token says it was issued to, which nobody has verified if it is rejected. */
  readonly clientId?: string
  readonly sub?: string
}

/** What is wrong with the API. */
export interface ResourceServerFaults {
  /** Every token is rejected, however good. */
  readonly rejectAll: boolean
  /** The page's scripts do not see `WWW-Authenticate`, as if CORS had been set up carelessly. */
  readonly hideChallenge: boolean
}

export interface ResourceServer {
  readonly handle: RequestListener
  /**
   * Of one client; default: the main one. Requests without a token are counted for the main one,
   * and those with a token that names no client for none.
   */
  counters(clientId?: string): ResourceServerCounters
  log(): readonly LoggedRequest[]
  /** Empties the log too. */
  resetCounters(): void
  /** What is not named stays as it is. */
  setFaults(change: Partial<ResourceServerFaults>): TakeBack
  faults(): ResourceServerFaults
  /** For the proofs that come with bound tokens. The one before is good until the next change. */
  changeDpopNonce(): void
}

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly challenge?: string
  readonly sub?: string
}

const orders = [
  { id: 1, item: 'Analytical engine, used', price: '£17,000' },
  { id: 2, item: 'Nanosecond of copper wire', price: '$0.01' },
]

/**
 * A small API that takes nothing but a valid access token of its authorization server (RFC 6750), and
 * one that is bound to a key only with a proof that holds the API's nonce (RFC 9449).
 */
export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  const { pageOrigin, mainClientId, accessTokens } = options
  const proofs = createDpopProofs(options.origin)
  const scopes: Readonly<Record<string, string>> = {
    'GET /orders': options.scopes.read,
    'POST /orders': options.scopes.write,
    'GET /reports': options.scopes.reports,
  }
  const faults = createSetting<ResourceServerFaults>({ rejectAll: false, hideChallenge: false })
  let log: LoggedRequest[] = []

  async function answer(endpoint: string, request: IncomingMessage): Promise<Reply> {
    const needed = scopes[endpoint]
    const presented = presentedToken(request)
    if (needed === undefined) return { status: 404, body: { error: 'not_found' } }
    if (!presented) return { status: 401, body: {}, challenge: 'Bearer realm="demo"' }
    const { scheme, token } = presented
    const refusal = (status: number, error: string, scope?: string): Reply => {
      return { status, body: { error }, challenge: challenge(scheme, error, scope) }
    }
    const claims = faults.get().rejectAll ? undefined : await accessTokens.verify(token)
    const { jkt } = claims ?? {}
    if (!claims || (scheme === 'DPoP') !== (jkt !== undefined)) return refusal(401, 'invalid_token')
    const objection = jkt !== undefined && (await proofs.objectionTo({ request, token, jkt }))
    if (objection) return refusal(401, objection)
    if (!claims.scope.includes(needed)) {
      return { ...refusal(403, 'insufficient_scope', needed), sub: claims.sub }
    }
    if (request.method !== 'POST') return { status: 200, body: { orders }, sub: claims.sub }
    const received = (await readBody(request)).length
    return { status: 201, body: { received }, sub: claims.sub }
  }

  function counters(clientId = mainClientId): ResourceServerCounters {
    const isCounted = (entry: LoggedRequest): boolean =>
      entry.tokenHash === undefined ? clientId === mainClientId : entry.clientId === clientId
    const counted = log.filter(isCounted)
    const count = (...statuses: number[]): number =>
      counted.filter(({ status }) => statuses.includes(status)).length
    const tokens = new Set(counted.map(({ tokenHash }) => tokenHash).filter(Boolean)).size
    return { ok: count(200, 201), unauthorized: count(401), forbidden: count(403), tokens }
  }

  const resourceServer: ResourceServer = {
    handle(request, response) {
      serve(request, response).catch((error: unknown) => {
        process.stderr.write(`resource server: ${String(error)}\n`)
        sendJson(response, 500, {})
      })
    },
    counters,
    log: () => log,
    resetCounters() {
      log = []
    },
    setFaults: (change) => faults.set({ ...faults.get(), ...change }),
    faults: faults.get,
    changeDpopNonce: proofs.changeNonce,
  }
  const serveOwn = createCountersAndControls({
    origin: pageOrigin,
    counters,
    controls: options.controls ? controlsOf(resourceServer) : undefined,
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await serveOwn(request, response)) return
    const rules = {
      origin: pageOrigin,
      methods: 'GET, POST',
      requestHeaders: 'authorization, dpop, content-type, x-request-id',
      ...(faults.get().hideChallenge
        ? {}
        : { responseHeaders: 'WWW-Authenticate, Retry-After, DPoP-Nonce' }),
    }
    if (answerPreflight(request, response, rules)) return
    const method = request.method ?? ''
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const reply = await answer(`${method} ${path}`, request)
    const presented = presentedToken(request)
    const clientId = presented && accessTokens.clientOf(presented.token)
    log.push({ ...logged(method, path, request, reply), ...(clientId && { clientId }) })
    if (presented?.scheme === 'DPoP') response.setHeader('dpop-nonce', proofs.nonce())
    if (reply.challenge) response.setHeader('www-authenticate', reply.challenge)
    sendJson(response, reply.status, reply.body)
  }

  return resourceServer
}

function controlsOf(resourceServer: ResourceServer): Controls {
  return {
    'reset-counters': () => resourceServer.resetCounters(),
    fault(input) {
      allowOnly(input, 'rejectAll', 'hideChallenge')
      const rejectAll = optionalBooleanIn(input, 'rejectAll')
      const hideChallenge = optionalBooleanIn(input, 'hideChallenge')
      return resourceServer.setFaults({
        ...(rejectAll !== undefined && { rejectAll }),
        ...(hideChallenge !== undefined && { hideChallenge }),
      })
    },
  }
}

function logged(
  method: string,
  path: string,
  request: IncomingMessage,
  reply: Reply,
): LoggedRequest {
  const requestId = request.headers['x-request-id']
  const presented = presentedToken(request)
  return {
    method,
    path,
    status: reply.status,
    ...(typeof requestId === 'string' && { requestId }),
    ...(presented && { scheme: presented.scheme, tokenHash: hash(presented.token) }),
    ...(reply.sub && { sub: reply.sub }),
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 8)
}
