import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { originFlag, wholeNumberFlag } from './flags.ts'
import { createPageServer } from './page-server.ts'
import { startServers } from './servers.ts'

const pageFolder = fileURLToPath(new URL('./page', import.meta.url))

/** Starts the demo, says where it is, and stops it on Ctrl-C. */
export async function runDemo(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      'access-token-ttl': { type: 'string', default: '30' },
      port: { type: 'string', default: '4180' },
      'page-origin': { type: 'string' },
    },
  })
  const accessTokenTtlSeconds = wholeNumberFlag('access-token-ttl', values['access-token-ttl'])
  const port = wholeNumberFlag('port', values.port)
  const elsewhere = values['page-origin']
  const common = {
    accessTokenTtlSeconds,
    controls: true,
    ports: { page: port, issuer: port + 1, api: port + 2 },
  }
  const servers = await startServers(
    elsewhere === undefined
      ? {
          ...common,
          createPageServer: (addresses) =>
            createPageServer(pageFolder, { ...addresses, accessTokenTtlSeconds }),
        }
      : { ...common, pageOrigin: originFlag('page-origin', elsewhere) },
  )

  const page =
    elsewhere === undefined
      ? `Open            ${servers.pageOrigin}`
      : `Serve the files of "npm run build:demo" at ${servers.pageOrigin}`
  process.stdout.write(`
  ${page}

  authorization server  ${servers.issuer}
  API                   ${servers.apiOrigin}
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
