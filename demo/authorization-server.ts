import type { RequestListener } from 'node:http'
import type { IssuedToken, ProviderContext } from 'oidc-provider'
import { createTallies } from './authorization-server-counters.ts'
import type { AuthorizationServerCounters } from './authorization-server-counters.ts'
import { createAuthorizationServerHandler } from './authorization-server-handler.ts'
import { serveLogin } from './authorization-server-login.ts'
import { createProvider } from './authorization-server-provider.ts'
import { createAuthorizationServerStore, isOf } from './authorization-server-store.ts'
import type { Whose } from './authorization-server-store.ts'
import { peekForm } from './http.ts'
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
  /** Whether a proof that a key is at hand has to hold a nonce (RFC 9449 §8). Default: no. */
  readonly dpopNonces?: boolean
  /** Whether the switches are served at `POST /demo/<name>`. */
  readonly controls: boolean
}

export interface AuthorizationServer extends Operations {
  readonly handle: RequestListener
}

/** What is read off an authorization server, and switched at it, other than by an app's requests. */
export interface Operations {
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
  const tallies = createTallies(clients)
  const expiries = createSessionExpiries()
  const issued = new Map<string, IssuedToken>()
  const revoked = new Set<string>()
  const faults = createFaultSwitch()
  let accessTokenTtlSeconds = options.accessTokenTtlSeconds
  let refreshTokenGraceMs = options.refreshTokenGraceMs ?? 0

  const store = createAuthorizationServerStore({
    graceMs: () => refreshTokenGraceMs,
    onReuse: (clientId) => tallies.add('replays', clientId),
  })
  const provider = createProvider(options, store.adapter, () => accessTokenTtlSeconds)

  provider.use(async (context, next) => {
    if (context.path.startsWith('/.well-known/')) tallies.addDiscovery()
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
  provider.on('grant.error', ({ oidc }, { message }) => {
    if (oidc.params?.['grant_type'] !== 'refresh_token') return
    // That refuses the proof, and leaves the token as it was.
    if (message === 'use_dpop_nonce') return
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

  const operations: Operations = {
    counters: (clientId = clients[0].clientId) => ({
      ...tallies.of(clientId),
      sessions: store.liveSessions(clientId),
    }),
    resetCounters: tallies.reset,
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
  // Made last, because it takes the steps that are there by now.
  const serveProvider = provider.callback()
  const handle = createAuthorizationServerHandler(operations, options, (request, response) =>
    request.url?.startsWith('/login/')
      ? serveLogin(provider, request, response)
      : serveProvider(request, response),
  )
  return { ...operations, handle }
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
