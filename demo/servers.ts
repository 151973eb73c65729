import type { RequestListener } from 'node:http'
import type { RegisteredClient } from './authorization-server-options.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { createChosenAuthorizationServer } from './chosen-authorization-server.ts'
import { listen } from './http.ts'
import { createResourceServer } from './resource-server.ts'
import type { ResourceServer } from './resource-server.ts'
import { withTokenProxies } from './token-proxies.ts'
import type { TokenSizes } from './vendors/token-families.ts'
import { vendorFacts } from './vendors/vendors.ts'
import type { AuthorizationServerName, VendorFacts } from './vendors/vendors.ts'

/** What a client needs to know about itself and its authorization server. */
export interface ClientFacts {
  readonly clientId: string
  /** The client that refreshes as most apps do, for comparison. */
  readonly twentyLinesClientId: string
  readonly scope: string
  readonly vendor: VendorFacts
}

export function clientFacts(
  name: AuthorizationServerName,
  { issuer, apiOrigin }: { readonly issuer: string; readonly apiOrigin: string },
): ClientFacts {
  const clientId = 'tokenring-demo'
  const vendor = vendorFacts(name, { origin: issuer, apiOrigin, clientId })
  const { scope } = vendor.managerOptions
  return { clientId, twentyLinesClientId: 'twenty-lines', scope, vendor }
}

/** Where everything is, and what a client needs to know. */
export interface Addresses extends ClientFacts {
  readonly pageOrigin: string
  /** The origin of the authorization server, whatever it calls itself. */
  readonly issuer: string
  readonly apiOrigin: string
}

/** The addresses alone, which are what a page may be told. */
export function addressesOf(servers: Addresses): Addresses {
  const { pageOrigin, issuer, apiOrigin, clientId, twentyLinesClientId, scope, vendor } = servers
  return { pageOrigin, issuer, apiOrigin, clientId, twentyLinesClientId, scope, vendor }
}

/** Serves what is at the page's origin. */
export interface PageServer {
  readonly handle: RequestListener
}

export type ServersOptions = ServersWithoutPageOptions & PageOptions

interface ServersWithoutPageOptions {
  /** Default: `'oidc-provider'`. */
  readonly authorizationServer?: AuthorizationServerName
  /** Default: 30; with a contract server what its vendor's pages say. */
  readonly accessTokenTtlSeconds?: number
  /** For so long a spent refresh token is accepted again, to begin with. Default: 0. */
  readonly refreshTokenGraceMs?: number
  /** Whether a proof for oidc-provider's token endpoint has to hold a nonce (RFC 9449 §8). Default: `false`. */
  readonly dpopNonces?: boolean
  /** Of what a contract server issues. */
  readonly tokenSizes?: TokenSizes
  /** How much the API takes of headers, and so of a token. Default: what Node takes, 16 kB. */
  readonly apiHeaderBytes?: number
  /** Whether the servers have controls over HTTP, for faults and the like. */
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
  /** What the token proxies add, where clients have a secret. No page is told. */
  readonly clientSecret: string | undefined
  /** Puts what clients need at the page's origin before what else is there: token proxies. */
  atPageOrigin(handle: RequestListener): RequestListener
  close(): Promise<void>
}

/** Starts the page, the authorization server and the API, each on its own loopback port. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { authorizationServer: name = 'oidc-provider', controls, apiHeaderBytes } = options
  const ports = options.ports ?? { page: 0, issuer: 0, api: 0 }
  const page = 'createPageServer' in options ? await listen(ports.page) : undefined
  const issuer = await listen(ports.issuer)
  const api = await listen(ports.api, apiHeaderBytes ? { maxHeaderSize: apiHeaderBytes } : {})
  const own = { issuer: issuer.origin, apiOrigin: api.origin }
  const addresses: Addresses = {
    ...clientFacts(name, own),
    ...own,
    pageOrigin: 'pageOrigin' in options ? options.pageOrigin : (page?.origin ?? ''),
  }
  const { server, accessTokens, apiScopes, secretClients } = createChosenAuthorizationServer(name, {
    ...own,
    origin: issuer.origin,
    pageOrigin: addresses.pageOrigin,
    clients: registeredClients(addresses),
    accessTokenTtlSeconds: options.accessTokenTtlSeconds,
    refreshTokenGraceMs: options.refreshTokenGraceMs ?? 0,
    dpopNonces: options.dpopNonces ?? false,
    tokenSizes: options.tokenSizes ?? {},
    controls,
  })
  const resourceServer = createResourceServer({
    origin: api.origin,
    pageOrigin: addresses.pageOrigin,
    mainClientId: addresses.clientId,
    accessTokens,
    scopes: apiScopes,
    controls,
  })
  issuer.handle = server.handle
  api.handle = resourceServer.handle
  const atPageOrigin = (handle: RequestListener): RequestListener =>
    secretClients ? withTokenProxies({ ...addresses, ...secretClients }, handle) : handle
  if (page && 'createPageServer' in options) {
    const { handle } = await options.createPageServer(addresses)
    page.handle = atPageOrigin(handle)
  }

  return {
    ...addresses,
    authorizationServer: server,
    api: resourceServer,
    clientSecret: secretClients?.clientSecret,
    atPageOrigin,
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
      redirectUris: [
        at(''),
        at('tab.html'),
        at('callback'),
        at('react.html'),
        at('vue.html'),
        at('server-check.html'),
      ],
      postLogoutRedirectUris: [at('')],
    },
    {
      clientId: twentyLinesClientId,
      redirectUris: [at('twenty-lines.html')],
      postLogoutRedirectUris: [],
    },
  ]
}
