import type { RequestListener } from 'node:http'
import type { IssuedToken, ProviderContext } from 'oidc-provider'
import { createTallies } from './authorization-server-counters.ts'
import { createAuthorizationServerHandler } from './authorization-server-handler.ts'
import { serveLogin } from './authorization-server-login.ts'
import {
  createAuthorizationServerSettings,
  createOperations,
} from './authorization-server-operations.ts'
import type { Operations } from './authorization-server-operations.ts'
import type { AuthorizationServerOptions } from './authorization-server-options.ts'
import { createProvider } from './authorization-server-provider.ts'
import { createAuthorizationServerStore, isOf } from './authorization-server-store.ts'
import { peekForm } from './http.ts'
import { createSessionExpiries } from './session-expiries.ts'
import { applyFault } from './token-endpoint-faults.ts'
import type { FaultyExchange } from './token-endpoint-faults.ts'

export interface AuthorizationServer extends Operations {
  readonly handle: RequestListener
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
  const settings = createAuthorizationServerSettings(options)

  const store = createAuthorizationServerStore({
    graceMs: settings.refreshTokenGraceMs.get,
    onReuse: (clientId) => tallies.add('replays', clientId),
  })
  const provider = createProvider(options, store.adapter, settings.accessTokenTtlSeconds.get)

  provider.use(async (context, next) => {
    if (context.path.startsWith('/.well-known/')) tallies.addDiscovery()
    if (context.method !== 'POST') return next()
    if (context.path === '/token/revocation') {
      tallies.add('revocations', await clientOf(context.req))
    }
    if (context.path !== '/token') return next()
    tallies.add('tokenRequests', await clientOf(context.req))
    const fault = settings.faults.take()
    const exchange = faultyExchange(context, pageOrigin)
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

  const operations = createOperations({
    mainClientId: clients[0].clientId,
    tallies,
    settings,
    sessions: store.liveSessions,
    revokeGrants: store.revokeGrants,
    revokeAccessTokens(whose) {
      for (const token of issued.values()) {
        if (!isOf(whose, token)) continue
        revoked.add(token.jti)
        expiries.revoked(token.grantId)
      }
    },
    isAccessTokenRevoked: (jti) => revoked.has(jti),
  })
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

function faultyExchange(context: ProviderContext, pageOrigin: string): FaultyExchange {
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
