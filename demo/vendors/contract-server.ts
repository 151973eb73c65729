import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessTokens } from '../access-tokens.ts'
import { createTallies } from '../authorization-server-counters.ts'
import { createAuthorizationServerHandler } from '../authorization-server-handler.ts'
import {
  createAuthorizationServerSettings,
  createOperations,
} from '../authorization-server-operations.ts'
import type { AuthorizationServerOptions } from '../authorization-server-options.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { answerPreflight } from '../http.ts'
import { createSessionExpiries } from '../session-expiries.ts'
import { createIdentity } from './identity.ts'
import { createSignInPages } from './sign-in-pages.ts'
import { createTokenFamilies } from './token-families.ts'
import type { TokenSizes } from './token-families.ts'
import { createTokenEndpoint, sendReply } from './token-endpoint.ts'
import type { GrantRules } from './token-grants.ts'
import type { Vendor } from './vendor.ts'

export interface ContractServerOptions extends Omit<
  AuthorizationServerOptions,
  'issuer' | 'resourceScope'
> {
  /** Where it is. */
  readonly origin: string
  readonly vendor: Vendor
  /** Of every client, where the vendor demands one. */
  readonly clientSecret?: string
  readonly tokenSizes?: TokenSizes
  /** Ms since the epoch. Default: the clock. */
  readonly now?: () => number
}

/** Its access tokens are opaque: the API asks here. */
export interface ContractServer extends AuthorizationServer {
  readonly accessTokens: AccessTokens
}

/**
 * A stand-in for the authorization server of a vendor: strict about every request, and answers as
 * the vendor's pages say. See {@link Vendor}.
 */
export function createContractServer(options: ContractServerOptions): ContractServer {
  const { vendor, origin, pageOrigin, clients, now = Date.now } = options
  const { paths } = vendor
  const tallies = createTallies(clients)
  const expiries = createSessionExpiries(now)
  const settings = createAuthorizationServerSettings(options)
  const ttlSeconds = settings.accessTokenTtlSeconds.get

  const families = createTokenFamilies({
    sizes: options.tokenSizes ?? {},
    refreshTokenPrefix: vendor.refreshTokenPrefix,
    refreshTokenTtlSeconds: vendor.refreshTokenTtlSeconds,
    accessTokenTtlSeconds: ttlSeconds,
    now,
  })
  const identity = createIdentity(vendor, origin, now)
  const pages = createSignInPages({ vendor, clients, families, now })
  const rules: GrantRules = {
    vendor,
    families,
    clients,
    clientSecret: options.clientSecret,
    graceMs: settings.refreshTokenGraceMs.get,
    now,
    onReplay({ id, consent: { clientId } }, isAccepted) {
      tallies.add('replays', clientId)
      // An accepted one is counted with its grant.
      if (!isAccepted && expiries.refreshed(id)) tallies.add('expiries', clientId)
    },
  }

  const { faults } = settings
  const endpoint = createTokenEndpoint({ rules, tallies, expiries, faults, identity, ttlSeconds })

  const operations = createOperations({
    mainClientId: clients[0].clientId,
    tallies,
    settings,
    sessions: families.count,
    revokeGrants: families.revokeFamilies,
    revokeAccessTokens(whose) {
      for (const { id } of families.revokeAccessTokens(whose)) expiries.revoked(id)
    },
    isAccessTokenRevoked: families.isAccessTokenRevoked,
  })
  const accessTokens: AccessTokens = {
    async verify(token) {
      const claims = families.claimsOf(token)
      if (vendor.needsAudience && claims?.audience !== options.audience) return undefined
      return claims
    },
    clientOf: families.clientOf,
  }

  function serve(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    const path = new URL(request.url ?? '/', origin).pathname
    if (path.startsWith('/login/')) return pages.login(request, response)
    if (request.method === 'GET' && path === paths.authorization) {
      return pages.authorize(request, response)
    }
    if (request.method === 'GET' && path === paths.signOut?.path) {
      return pages.signOut(request, response)
    }
    return serveEndpoint(path, request, response)
  }

  /** What no person sees. */
  async function serveEndpoint(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const cross = {
      origin: pageOrigin,
      methods: 'GET, POST',
      requestHeaders: 'content-type',
      responseHeaders: 'Retry-After',
    }
    if (vendor.isCrossOrigin && answerPreflight(request, response, cross)) return
    switch (`${request.method} ${path}`) {
      case `POST ${paths.token}`:
        return endpoint.serveToken(request, response)
      case `POST ${paths.revocation}`:
        return endpoint.serveRevocation(request, response)
      case `GET ${identity?.metadataPath}`:
        tallies.addDiscovery()
        return sendReply(response, { status: 200, body: identity?.metadata })
      case `GET ${paths.keys}`:
        return sendReply(response, { status: 200, body: await identity?.keys() })
      default:
        return sendReply(response, { status: path === paths.token ? 405 : 404, body: {} })
    }
  }

  const handle = createAuthorizationServerHandler(operations, options, serve)
  return { ...operations, handle, accessTokens }
}
