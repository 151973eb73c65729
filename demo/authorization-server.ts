import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { IssuedToken, ProviderContext } from 'oidc-provider'
import { createAuthorizationServerControls } from './authorization-server-controls.ts'
import { createTallies } from './authorization-server-counters.ts'
import type { AuthorizationServerCounters } from './authorization-server-counters.ts'
import { serveLogin } from './authorization-server-login.ts'
import { errorPage } from './authorization-server-pages.ts'
import { createProvider } from './authorization-server-provider.ts'
import { createAuthorizationServerStore, isOf } from './authorization-server-store.ts'
import type { Whose } from './authorization-server-store.ts'
import { peekForm, sendHtml, serveCountersAndControls } from './http.ts'
import { createSessionExpiries } from './session-expiries.ts'
import { applyFault, createFaultSwitch } from './token-endpoint-faults.ts'
import type { SpoiledExchange, TokenEndpointFault } from './token-endpoint-faults.ts'

export type { AuthorizationServerCounters }

/** An app that the authorization server knows. It has no secret. */
export interface RegisteredClient {
  readonly clientId: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
}

export interface AuthorizationServerOptions {
  readonly issuer: string
  /** The origin whose pages may use it; the clients' addresses are in it. */
  readonly pageOrigin: string
  /** The first one is the main client. */
  readonly clients: readonly [RegisteredClient, ...RegisteredClient[]]
  /** Audience of the access tokens, and the resource they are for if a request names none. */
  readonly audience: string
  /** What a client may ask for at that resource. */
  readonly resourceScope: string
  readonly accessTokenTtlSeconds: number
  /** For so long a spent refresh token is accepted again (and rotated again). Default: 0. */
  readonly refreshTokenGraceMs?: number
  /** Whether the switches are served at `POST /demo/<name>`. */
  readonly controls: boolean
}

export interface AuthorizationServer {
  readonly handle: RequestListener
  /** Of one client; default: the main one. */
  counters(clientId?: string): AuthorizationServerCounters
  /** Those of all clients. */
  resetCounters(): void
  /** For tokens issued from now on. */
  setAccessTokenTtl(seconds: number): void
  /** For all refresh tokens, also for those that are spent already. */
  setRefreshTokenGrace(ms: number): void
  /** Spoils the token endpoint; `undefined` mends it. */
  misbehave(fault: TokenEndpointFault | undefined): void
  /** Ends sessions; default: all. The next refresh is refused. */
  revokeGrants(whose?: Whose): void
  /** Revokes the access tokens that are there by now; default: all. Their sessions go on. */
  revokeAccessTokens(whose?: Whose): void
  isAccessTokenRevoked(jti: string): boolean
}

/**
 * The certified oidc-provider for public clients: authorization code with PKCE, refresh token
 * rotation, and the end of the whole grant when a spent refresh token comes back.
 */
export function createAuthorizationServer(
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const { pageOrigin, clients } = options
  const mainClientId = clients[0].clientId
  const clientIds = clients.map(({ clientId }) => clientId)
  const tallies = createTallies(clientIds, mainClientId)
  const expiries = createSessionExpiries()
  const issued = new Map<string, IssuedToken>()
  const revoked = new Set<string>()
  const faults = createFaultSwitch()
  let discoveries = 0
  let accessTokenTtlSeconds = options.accessTokenTtlSeconds
  let refreshTokenGraceMs = options.refreshTokenGraceMs ?? 0

  const store = createAuthorizationServerStore({
    graceMs: () => refreshTokenGraceMs,
    onReuse: (clientId) => tallies.add('replays', clientId),
  })
  const provider = createProvider(options, store.adapter, () => accessTokenTtlSeconds)

  provider.use(async (context, next) => {
    if (context.path.startsWith('/.well-known/')) discoveries += 1
    if (context.method !== 'POST') return next()
    if (context.path === '/token/revocation') {
      tallies.add('revocations', await clientOf(context.req))
    }
    if (context.path !== '/token') return next()
    tallies.add('tokenRequests', await clientOf(context.req))
    const fault = faults.take()
    const exchange = spoiledExchange(context, pageOrigin)
    if (fault?.when === 'before') {
      const verdict = await applyFault(fault, exchange)
      if (verdict === 'answered') return undefined
    }
    await next()
    if (fault?.when === 'after') await applyFault(fault, exchange)
  })
  provider.on('grant.success', ({ oidc }) => {
    const isRefresh = oidc.params?.['grant_type'] === 'refresh_token'
    tallies.add(isRefresh ? 'refreshGrants' : 'codeGrants', oidc.client.clientId)
  })
  provider.on('grant.error', ({ oidc }) => {
    if (oidc.params?.['grant_type'] !== 'refresh_token') return
    const clientId = oidc.params['client_id']
    tallies.add('refreshRefused', clientId)
    const session = store.grantOfSpent(oidc.params['refresh_token'] ?? '')
    if (session === undefined) return
    tallies.add('replays', clientId)
    if (expiries.refreshed(session)) tallies.add('expiries', clientId)
  })
  provider.on('access_token.issued', (token) => {
    issued.set(token.jti, token)
    if (!token.gty.endsWith('refresh_token')) expiries.started(token.grantId)
    else if (expiries.refreshed(token.grantId)) tallies.add('expiries', token.clientId)
  })
  provider.on('server_error', (_context, error) => {
    process.stderr.write(`authorization server: ${error.stack ?? error.message}\n`)
  })

  const server: AuthorizationServer = {
    handle(request, response) {
      serve(request, response).catch((error: unknown) => {
        sendHtml(response, 400, errorPage({ error: String(error) }))
      })
    },
    counters: (clientId = mainClientId) => ({
      ...tallies.of(clientId),
      discoveries,
      sessions: store.liveSessions(clientId),
    }),
    resetCounters() {
      tallies.reset()
      discoveries = 0
    },
    setAccessTokenTtl(seconds) {
      accessTokenTtlSeconds = seconds
    },
    setRefreshTokenGrace(ms) {
      refreshTokenGraceMs = ms
    },
    misbehave: faults.set,
    revokeGrants: (whose = {}) => store.revokeGrants(whose),
    revokeAccessTokens(whose = {}) {
      for (const token of issued.values()) {
        if (!isOf(whose, token)) continue
        revoked.add(token.jti)
        expiries.revoked(token.grantId)
      }
    },
    isAccessTokenRevoked: (jti) => revoked.has(jti),
  }
  const controls = options.controls ? createAuthorizationServerControls(server) : undefined
  // Made last, because it takes the steps that are there by now.
  const serveProvider = provider.callback()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const own = { origin: pageOrigin, counters: server.counters, controls }
    if (await serveCountersAndControls(request, response, own)) return
    // A tab of the demo may be a frame, and signs in there; nobody else frames a login page.
    response.setHeader('content-security-policy', `frame-ancestors ${pageOrigin}`)
    if (request.url?.startsWith('/login/')) await serveLogin(provider, request, response)
    else serveProvider(request, response)
  }

  return server
}

async function clientOf(request: ProviderContext['req']): Promise<string | undefined> {
  return (await peekForm(request)).get('client_id') ?? undefined
}

function spoiledExchange(context: ProviderContext, pageOrigin: string): SpoiledExchange {
  return {
    request: context.req,
    response: context.res,
    crossOriginHeaders: {
      'access-control-allow-origin': pageOrigin,
      'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
    },
    reply(status, headers, body) {
      context.status = status
      context.set({ ...headers })
      context.body = body
    },
    withhold() {
      context.respond = false
    },
    alter(change) {
      context.body = change(context.body)
    },
  }
}
