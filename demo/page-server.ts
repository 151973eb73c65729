import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import type { Addresses, PageServer } from './servers.ts'

/** Serves the demo page through Vite, straight from the sources of page and library. */
export async function createDemoPageServer(addresses: Addresses): Promise<PageServer> {
  const vite = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('./page', import.meta.url)),
    cacheDir: fileURLToPath(new URL('../node_modules/.vite/demo', import.meta.url)),
    appType: 'spa',
    logLevel: 'warn',
    // Without a socket to the server, which would keep the page out of the back/forward cache.
    server: {
      middlewareMode: true,
      hmr: false,
      ws: false,
      fs: { allow: [fileURLToPath(new URL('..', import.meta.url))] },
    },
    // Found late, they would make the page reload in the middle of the first sign-in.
    optimizeDeps: { include: ['oauth4webapi', 'idb-keyval'] },
    plugins: [
      {
        name: 'addresses',
        transformIndexHtml: () =>
          (['issuer', 'apiOrigin', 'clientId', 'scope'] as const).map((name) => ({
            tag: 'meta',
            attrs: { name, content: addresses[name] },
            injectTo: 'head-prepend',
          })),
      },
    ],
  })
  return { handle: vite.middlewares, close: () => vite.close() }
}
