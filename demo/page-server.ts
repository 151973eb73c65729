import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { buildPages } from './build-pages.ts'
import type { FurtherPages } from './build-pages.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'
import type { PolicyAddresses } from './content-security-policy.ts'
import { courierFilePlugin } from './courier-file-plugin.ts'
import type { PageServer } from './servers.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
}

/** What the pages are told: where the servers are, and whatever else they ask for. */
export interface PageFacts extends PolicyAddresses {
  readonly [name: string]: unknown
}

/** The bundled pages of a folder. */
export interface Pages {
  /** Answers a request, with these facts at `/facts.json`. */
  serve(request: IncomingMessage, response: ServerResponse, facts: PageFacts): void
}

/**
 * Bundles the pages of a folder, and the courier's file, to be served with a strict content security policy. A path that
 * looks like no file gets `index.html`. A bundle, because a development server's socket would keep
 * the page out of the back/forward cache, and because twenty tabs load it fast.
 *
 * @param root The folder; every HTML file directly in it is a page.
 * @param further Other folders, whose pages are beside those.
 */
export async function createPages(
  root: string,
  further: readonly FurtherPages[] = [],
): Promise<Pages> {
  const files = new Map(await buildPages(root, { minify: false, plugins: [courierFilePlugin] }))
  const policies = new Map<string, string>()
  for (const { root: folder, policy } of further) {
    for (const [path, file] of await buildPages(folder, { minify: false })) {
      files.set(path, file)
      policies.set(path, policy())
    }
  }
  return {
    serve(request, response, facts) {
      const path = pathOf(request.url ?? '/')
      const file = path === 'facts.json' ? JSON.stringify(facts) : files.get(path)
      const type = types[extname(path)] ?? 'application/octet-stream'
      response.writeHead(file === undefined ? 404 : 200, {
        'content-type': file === undefined ? 'text/plain' : type,
        // `no-store` would keep the page out of the back/forward cache.
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        ...(type.startsWith('text/html') && {
          'content-security-policy': policies.get(path) ?? contentSecurityPolicy(facts),
        }),
      })
      response.end(file ?? 'There is no such file.')
    },
  }
}

/** The same with facts that stay as they are. */
export async function createPageServer(root: string, facts: PageFacts): Promise<PageServer> {
  const pages = await createPages(root)
  return { handle: (request, response) => pages.serve(request, response, facts) }
}

function pathOf(url: string): string {
  const path = new URL(url, 'http://localhost').pathname.slice(1)
  return extname(path) === '' ? 'index.html' : path
}
