import type { RequestListener } from 'node:http'
import { createAuthorizationServer } from './authorization-server.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { listen } from './http.ts'
import { createResourceServer } from './resource-server.ts'
import type { ResourceServer } from './resource-server.ts'

/** Where everything is, and what a client needs to know. */
export interface Addresses {
  readonly pageOrigin: string
  readonly issuer: string
  readonly apiOrigin: string
  readonly clientId: string
  readonly scope: string
}

/** Serves what is at the page's origin. */
export interface PageServer {
  readonly handle: RequestListener
}

export interface ServersOptions {
  readonly createPageServer: (addresses: Addresses) => PageServer | Promise<PageServer>
  /** Default: 30. */
  readonly accessTokenTtlSeconds?: number
  /** For so long a spent refresh token is accepted again. Default: 0. */
  readonly refreshTokenGraceMs?: number
  /** Whether the servers can be made to misbehave over HTTP. */
  readonly controls: boolean
  /** Ports to begin with; a taken one is replaced by any free one. Default: any free ones. */
  readonly ports?: { readonly page: number; readonly issuer: number; readonly api: number }
}

export interface Servers extends Addresses {
  readonly authorizationServer: AuthorizationServer
  readonly api: ResourceServer
  close(): Promise<void>
}

/** Starts the page, the authorization server and the API, each on its own loopback port. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const ports = options.ports ?? { page: 0, issuer: 0, api: 0 }
  const page = await listen(ports.page)
  const issuer = await listen(ports.issuer)
  const api = await listen(ports.api)
  const addresses: Addresses = {
    pageOrigin: page.origin,
    issuer: issuer.origin,
    apiOrigin: api.origin,
    clientId: 'tokenring-demo',
    scope: 'openid profile orders:read orders:write',
  }

  const authorizationServer = createAuthorizationServer({
    ...addresses,
    redirectUris: [`${page.origin}/callback`],
    postLogoutRedirectUris: [`${page.origin}/`],
    audience: api.origin,
    resourceScope: 'orders:read orders:write reports:read',
    accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? 30,
    refreshTokenGraceMs: options.refreshTokenGraceMs ?? 0,
    controls: options.controls,
  })
  const resourceServer = createResourceServer({
    issuer: issuer.origin,
    audience: api.origin,
    pageOrigin: page.origin,
    isRevoked: authorizationServer.isAccessTokenRevoked,
    controls: options.controls,
  })
  const pageServer = await options.createPageServer(addresses)
  page.handle = pageServer.handle
  issuer.handle = authorizationServer.handle
  api.handle = resourceServer.handle

  return {
    ...addresses,
    authorizationServer,
    api: resourceServer,
    async close() {
      await Promise.all([page.close(), issuer.close(), api.close()])
    },
  }
}
