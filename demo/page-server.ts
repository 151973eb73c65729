import { build } from 'vite'
import type { PageServer } from './servers.ts'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  map: 'application/json',
}

/**
 * Bundles a page with the library, from the sources, and serves it at every path that is not one of
 * its files. A bundle, because a development server's socket would keep the page out of the
 * back/forward cache, and because twenty tabs load it fast.
 *
 * @param root The folder with the page's `index.html`.
 * @param facts Put as JSON into its element `#facts`.
 */
export async function createPageServer(root: string, facts: object): Promise<PageServer> {
  const files = await bundle(root)
  // A "<" could end the script element that holds the JSON.
  const json = JSON.stringify(facts).replaceAll('<', String.raw`\u003c`)
  const html = String(files.get('index.html')).replace('id="facts">', (tag) => tag + json)
  return {
    handle(request, response) {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)
      const file = path === 'index.html' ? undefined : files.get(path)
      response.writeHead(200, {
        'content-type': types[file === undefined ? 'html' : (path.split('.').pop() ?? '')] ?? '',
        // `no-store` would keep the page out of the back/forward cache.
        'cache-control': 'no-cache',
      })
      response.end(file ?? html)
    },
  }
}

/** The built files by their path. */
async function bundle(root: string): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const built = await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: { write: false, minify: false, sourcemap: true, modulePreload: false },
  })
  if (!('output' in built)) throw new Error(`${root} was not built into one bundle.`)
  return new Map(
    built.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]),
  )
}
