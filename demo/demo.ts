import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
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
    },
  })
  const accessTokenTtlSeconds = wholeNumber('access-token-ttl', values['access-token-ttl'])
  const port = wholeNumber('port', values.port)
  const servers = await startServers({
    createPageServer: (addresses) =>
      createPageServer(pageFolder, { ...addresses, accessTokenTtlSeconds }),
    accessTokenTtlSeconds,
    controls: true,
    ports: { page: port, issuer: port + 1, api: port + 2 },
  })

  process.stdout.write(`
  Open            ${servers.pageOrigin}

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

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`--${name} takes a whole number above 0, not "${text}".`)
}
