import type { RequestListener } from 'node:http'
import { createAuthorizationServer } from './authorization-server.ts'
import type { AuthorizationServer, RegisteredClient } from './authorization-server.ts'
import { listen } from './http.ts'
import { createResourceServer } from './resource-server.ts'
import type { ResourceServer } from './resource-server.ts'

/** What a client needs to know wherever the servers are. */
export interface ClientFacts {
  readonly clientId: string
  /** The client that refreshes as most apps do, for comparison. */
  readonly twentyLinesClientId: string
  readonly scope: string
}

export const clientFacts: ClientFacts = {
  clientId: 'tokenring-demo',
  twentyLinesClientId: 'twenty-lines',
  scope: 'openid profile orders:read orders:write',
}

/** Where everything is, and what a client needs to know. */
export interface Addresses extends ClientFacts {
  readonly pageOrigin: string
  readonly issuer: string
  readonly apiOrigin: string
}

/** Serves what is at the page's origin. */
export interface PageServer {
  readonly handle: RequestListener
}

export type ServersOptions = ServersWithoutPageOptions & PageOptions

interface ServersWithoutPageOptions {
  /** Default: 30. */
  readonly accessTokenTtlSeconds?: number
  /** For so long a spent refresh token is accepted again, to begin with. Default: 0. */
  readonly refreshTokenGraceMs?: number
  /** Whether the servers can be made to misbehave over HTTP. */
  readonly controls: boolean
  /** Ports to begin with; a taken one is replaced by any free one. Default: any free ones. */
  readonly ports?: { readonly page: number; readonly issuer: number; readonly api: number }
}

type PageOptions =
  | { readonly createPageServer: (addresses: Addresses) => PageServer | Promise<PageServer> }
  /** Somebody else serves the pages, at this origin. */
  | { readonly pageOrigin: string }

export interface Servers extends Addresses {
  readonly authorizationServer: AuthorizationServer
  readonly api: ResourceServer
  close(): Promise<void>
}

/** Starts the page, the authorization server and the API, each on its own loopback port. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const ports = options.ports ?? { page: 0, issuer: 0, api: 0 }
  const page = 'createPageServer' in options ? await listen(ports.page) : undefined
  const issuer = await listen(ports.issuer)
  const api = await listen(ports.api)
  const addresses: Addresses = {
    ...clientFacts,
    pageOrigin: 'pageOrigin' in options ? options.pageOrigin : (page?.origin ?? ''),
    issuer: issuer.origin,
    apiOrigin: api.origin,
  }
  const authorizationServer = createAuthorizationServer({
    issuer: issuer.origin,
    pageOrigin: addresses.pageOrigin,
    clients: registeredClients(addresses),
    audience: api.origin,
    resourceScope: 'orders:read orders:write reports:read',
    accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? 30,
    refreshTokenGraceMs: options.refreshTokenGraceMs ?? 0,
    controls: options.controls,
  })
  const resourceServer = createResourceServer({
    issuer: issuer.origin,
    audience: api.origin,
    pageOrigin: addresses.pageOrigin,
    mainClientId: addresses.clientId,
    isRevoked: authorizationServer.isAccessTokenRevoked,
    controls: options.controls,
  })
  issuer.handle = authorizationServer.handle
  api.handle = resourceServer.handle
  if (page && 'createPageServer' in options) {
    page.handle = (await options.createPageServer(addresses)).handle
  }

  return {
    ...addresses,
    authorizationServer,
    api: resourceServer,
    async close() {
      await Promise.all([page?.close(), issuer.close(), api.close()])
    },
  }
}

function registeredClients({
  pageOrigin,
  clientId,
  twentyLinesClientId,
}: Addresses): readonly [RegisteredClient, RegisteredClient] {
  const at = (path: string): string => `${pageOrigin}/${path}`
  return [
    {
      clientId,
      redirectUris: [at(''), at('tab.html'), at('callback')],
      postLogoutRedirectUris: [at('')],
    },
    {
      clientId: twentyLinesClientId,
      redirectUris: [at('twenty-lines.html')],
      postLogoutRedirectUris: [],
    },
  ]
}
