import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { originFlag, wholeNumberFlag, wordFlag } from './flags.ts'
import { createPages } from './page-server.ts'
import { serverCheckPages } from './server-check-pages.ts'
import { startServers } from './servers.ts'
import { startSwitchableServers } from './switchable-servers.ts'
import { authorizationServerNames, vendorNamed } from './vendors/vendors.ts'

const pageFolder = fileURLToPath(new URL('./page', import.meta.url))

/** Starts the demo, says where it is, and stops it on Ctrl-C. */
export async function runDemo(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      'access-token-ttl': { type: 'string', default: '30' },
      port: { type: 'string', default: '4180' },
      'page-origin': { type: 'string' },
      server: { type: 'string', default: 'oidc-provider' },
    },
  })
  const accessTokenTtlSeconds = wholeNumberFlag('access-token-ttl', values['access-token-ttl'])
  const port = wholeNumberFlag('port', values.port)
  const name = wordFlag('server', values.server, authorizationServerNames)
  const elsewhere = values['page-origin']
  if (elsewhere !== undefined && vendorNamed(name)?.needsSecret) {
    throw new TypeError(`--page-origin does not go with ${name}, which needs a token proxy there.`)
  }
  const ports = { page: port, issuer: port + 1, api: port + 2 }
  const servers =
    elsewhere === undefined
      ? await startSwitchableServers({
          pages: await createPages(pageFolder, [serverCheckPages]),
          first: name,
          accessTokenTtlSeconds,
          ports,
        })
      : await startServers({
          authorizationServer: name,
          accessTokenTtlSeconds,
          controls: true,
          ports,
          pageOrigin: originFlag('page-origin', elsewhere),
        })
  const first = 'first' in servers ? servers.first : servers

  const page =
    elsewhere === undefined
      ? `Open            ${servers.pageOrigin}`
      : `For pages of ${servers.pageOrigin}`
  process.stdout.write(`
  ${page}

  authorization server  ${first.issuer} (${first.vendor.title}; others: --server, or in the page)
  API                   ${first.apiOrigin}
  access tokens live    ${accessTokenTtlSeconds} s (--access-token-ttl)

  Ctrl-C stops it.
`)
  const stop = (): void => {
    servers.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
