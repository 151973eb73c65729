import type { RequestListener } from 'node:http'
import type { SecretClients } from './chosen-authorization-server.ts'
import { serveFetchHandler } from './serve-fetch-handler.ts'
import { createTokenProxy } from '../src/token-proxy/index.ts'
import { tokenProxyPaths } from './vendors/vendors.ts'
import type { VendorFacts } from './vendors/vendors.ts'

type TokenProxy = ReturnType<typeof createTokenProxy>

/** Puts a token proxy for each client in front of what else is at the page's origin. */
export function withTokenProxies(
  options: SecretClients & {
    readonly pageOrigin: string
    readonly clientId: string
    readonly twentyLinesClientId: string
    readonly vendor: Pick<VendorFacts, 'name'>
  },
  handle: RequestListener,
): RequestListener {
  const { tokenEndpoint, clientSecret, encoding, pageOrigin } = options
  const proxyFor = (clientId: string): TokenProxy =>
    createTokenProxy({
      tokenEndpoint,
      clientId,
      clientSecret,
      authentication: 'post',
      encoding,
      allowedOrigins: [pageOrigin],
      allowedGrants: ['authorization_code', 'refresh_token'],
    })
  const paths = tokenProxyPaths(options.vendor.name)
  const proxies = new Map([
    [paths.main, proxyFor(options.clientId)],
    [paths.twentyLines, proxyFor(options.twentyLinesClientId)],
  ])
  return (request, response) => {
    const proxy = proxies.get(new URL(request.url ?? '/', pageOrigin).pathname)
    if (!proxy) return handle(request, response)
    void serveFetchHandler(proxy, request, response)
  }
}
