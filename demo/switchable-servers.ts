import type { IncomingMessage, RequestListener } from 'node:http'
import { listen, sendJson } from './http.ts'
import type { PageFacts, Pages } from './page-server.ts'
import { chosenServerCookie } from './page/shared/facts.ts'
import type { Choice } from './page/shared/facts.ts'
import { addressesOf, startServers } from './servers.ts'
import type { Servers } from './servers.ts'
import {
  authorizationServerNames,
  serverTitle,
  tokenProxyPaths,
  vendorNamed,
} from './vendors/vendors.ts'
import type { AuthorizationServerName } from './vendors/vendors.ts'

export interface SwitchableServersOptions {
  readonly pages: Pages
  /** What a browser that has not chosen gets. */
  readonly first: AuthorizationServerName
  readonly accessTokenTtlSeconds: number
  /** Ports to begin with; a taken one is replaced by any free one. */
  readonly ports: { readonly page: number; readonly issuer: number; readonly api: number }
}

interface Started {
  readonly servers: Servers
  /** Answers at the page's origin. */
  readonly handle: RequestListener
}

export interface SwitchableServers {
  readonly pageOrigin: string
  readonly first: Servers
  close(): Promise<void>
}

/**
 * One page for all authorization servers: which of them it is told of is the choice of the browser.
 * Each is started, with an API of its own, when somebody first asks for it.
 */
export async function startSwitchableServers(
  options: SwitchableServersOptions,
): Promise<SwitchableServers> {
  const { pages, accessTokenTtlSeconds, ports } = options
  const page = await listen(ports.page)
  const started = new Map<AuthorizationServerName, Promise<Started>>()
  const choices: readonly Choice[] = authorizationServerNames.map((name) => ({
    name,
    title: serverTitle(name),
    isStandIn: vendorNamed(name) !== undefined,
  }))

  async function start(name: AuthorizationServerName): Promise<Started> {
    const servers = await startServers({
      authorizationServer: name,
      accessTokenTtlSeconds,
      controls: true,
      pageOrigin: page.origin,
      ports: name === options.first ? ports : { page: 0, issuer: 0, api: 0 },
    })
    const facts: PageFacts = { ...addressesOf(servers), accessTokenTtlSeconds, choices }
    const handle = servers.atPageOrigin((request, response) =>
      pages.serve(request, response, facts),
    )
    return { servers, handle }
  }

  function startOnce(name: AuthorizationServerName): Promise<Started> {
    const one = started.get(name) ?? start(name)
    started.set(name, one)
    return one
  }

  const first = await startOnce(options.first)
  page.handle = (request, response) => {
    startOnce(wantedBy(request) ?? options.first).then(
      ({ handle }) => handle(request, response),
      (error: unknown) => sendJson(response, 500, { error: String(error) }),
    )
  }
  return {
    pageOrigin: page.origin,
    first: first.servers,
    async close() {
      const all = await Promise.all(started.values())
      await Promise.all([page.close(), ...all.map(({ servers }) => servers.close())])
    },
  }
}

/** A server's own address at the page's origin says it; else the cookie, which token requests lack. */
function wantedBy({ url, headers }: IncomingMessage): AuthorizationServerName | undefined {
  const path = new URL(url ?? '/', 'http://localhost').pathname
  const cookies = (headers.cookie ?? '').split('; ')
  return (
    authorizationServerNames.find((name) => Object.values(tokenProxyPaths(name)).includes(path)) ??
    authorizationServerNames.find((name) => cookies.includes(`${chosenServerCookie}=${name}`))
  )
}
