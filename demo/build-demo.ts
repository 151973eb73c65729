import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Plugin } from 'vite'
import { buildPages } from './build-pages.ts'
import type { BuiltFiles } from './build-pages.ts'
import { contentSecurityPolicyForMeta, forMeta } from './content-security-policy.ts'
import type { PolicyAddresses } from './content-security-policy.ts'
import { courierFilePlugin } from './courier-file-plugin.ts'
import { originFlag, wholeNumberFlag, wordFlag } from './flags.ts'
import { serverCheckPages } from './server-check-pages.ts'
import { clientFacts } from './servers.ts'
import { authorizationServerNames, vendorNamed } from './vendors/vendors.ts'
import type { AuthorizationServerName } from './vendors/vendors.ts'

const pageFolder = fileURLToPath(new URL('./page', import.meta.url))

export interface StaticDemoOptions extends PolicyAddresses {
  readonly accessTokenTtlSeconds: number
  /** The folder that is made. An earlier build in it goes; another folder is left alone. */
  readonly out: string
  /** The one that the servers are started with. Default: `'oidc-provider'`. */
  readonly authorizationServer?: AuthorizationServerName
  /** The folder with the pages. Default: those of the demo. */
  readonly root?: string
}

/**
 * Writes the demo as static files, for any server. They have to be at the root of the origin that
 * the demo's servers were started with (`--page-origin`), because redirect URIs are compared as a
 * whole; among each other they use relative URLs.
 *
 * @returns The paths of the files in the folder.
 */
export async function buildStaticDemo(options: StaticDemoOptions): Promise<readonly string[]> {
  const { issuer, apiOrigin, accessTokenTtlSeconds, out, root = pageFolder } = options
  const { authorizationServer: name = 'oidc-provider' } = options
  if (vendorNamed(name)?.needsSecret) {
    throw new Error(`${name} needs a token proxy, which static files cannot be.`)
  }
  const built = await buildWithPolicy(
    root,
    contentSecurityPolicyForMeta({ issuer, apiOrigin }),
    courierFilePlugin,
  )
  const further = root === pageFolder ? [serverCheckPages] : []
  const facts = {
    ...clientFacts(name, { issuer, apiOrigin }),
    issuer,
    apiOrigin,
    accessTokenTtlSeconds,
  }
  const files = new Map(built)
  for (const { root: folder, policy } of further) {
    for (const [path, file] of await buildWithPolicy(folder, forMeta(policy())))
      files.set(path, file)
  }
  files.set('facts.json', JSON.stringify(facts))
  await removeEarlierBuild(out)
  for (const [path, content] of files) {
    await mkdir(dirname(join(out, path)), { recursive: true })
    await writeFile(join(out, path), content)
  }
  return [...files.keys()]
}

function buildWithPolicy(
  root: string,
  policy: string,
  ...plugins: readonly Plugin[]
): Promise<BuiltFiles> {
  const attrs = { 'http-equiv': 'Content-Security-Policy', content: policy }
  const tags = [{ tag: 'meta', attrs, injectTo: 'head-prepend' }] as const
  return buildPages(root, { minify: true, plugins, tags })
}

async function removeEarlierBuild(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => [])
  if (names.length === 0) return
  if (!names.includes('facts.json')) {
    throw new Error(`${folder} holds something other than an earlier build of the demo.`)
  }
  await rm(folder, { recursive: true })
}

/** Builds as the command line says, and says what to do next. */
export async function runBuild(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      issuer: { type: 'string', default: 'http://localhost:4181' },
      api: { type: 'string', default: 'http://localhost:4182' },
      'access-token-ttl': { type: 'string', default: '30' },
      out: { type: 'string', default: 'dist-demo' },
      server: { type: 'string', default: 'oidc-provider' },
    },
  })
  const accessTokenTtlSeconds = wholeNumberFlag('access-token-ttl', values['access-token-ttl'])
  const name = wordFlag('server', values.server, authorizationServerNames)
  const files = await buildStaticDemo({
    issuer: originFlag('issuer', values.issuer),
    apiOrigin: originFlag('api', values.api),
    accessTokenTtlSeconds,
    out: values.out,
    authorizationServer: name,
  })
  process.stdout.write(`
  ${files.length} files in ${values.out}

  Serve them at the root of an origin, and start the servers with
  node demo/start.js --page-origin <that origin> --access-token-ttl ${accessTokenTtlSeconds} --server ${name}
`)
}
