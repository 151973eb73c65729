import type { RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { Addresses, PageServer } from '../../demo/servers.ts'
import { examplesOf, toComponentScript } from '../support/guide-examples.ts'

const sources = fileURLToPath(new URL('../../src', import.meta.url))

/** One app: what is in its entry, and the files of a guide that this imports. */
export interface GuideApp {
  readonly guide: 'react' | 'vue'
  /** Default: the guide's own `main`. Addresses are replaced in it, too. */
  readonly entry?: string
}

/** What a guide's addresses are replaced by. */
export type GuideAddresses = Pick<
  Addresses,
  'issuer' | 'clientId' | 'scope' | 'pageOrigin' | 'apiOrigin'
>

/** To a browser, whatever a driver does in a page is a gesture of its user, looking at it included. */
const onlyClicksAreGestures = `<script>
  let clickedAt = -Infinity
  addEventListener('click', () => (clickedAt = performance.now()), true)
  Object.defineProperty(navigator, 'userActivation', {
    value: {
      get isActive() { return performance.now() - clickedAt < 5_000 },
      get hasBeenActive() { return clickedAt > 0 },
    },
  })
</script>`

/**
 * Serves the app that a guide describes, word for word but for the addresses. Every path is the app;
 * `/elsewhere` is a page without it.
 */
export async function serveGuideApp(app: GuideApp, addresses: GuideAddresses): Promise<PageServer> {
  const script = await bundle(app, addresses)
  const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/app.js': ['text/javascript', script],
    '/elsewhere': ['text/html; charset=utf-8', '<!doctype html><title>elsewhere</title>'],
  }
  const page = `<!doctype html><link rel="icon" href="data:,">${onlyClicksAreGestures}<body><div id="app"></div><div id="root"></div><script type="module" src="/app.js"></script>`
  const handle: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', addresses.pageOrigin)
    const [type, body] = answers[pathname] ?? ['text/html; charset=utf-8', page]
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body)
  }
  return { handle }
}

async function bundle({ guide, entry }: GuideApp, addresses: GuideAddresses): Promise<string> {
  const files = new Map<string, string>()
  for (const { name, language, code } of examplesOf(guide)) {
    const own = withAddresses(code, addresses)
    if (language === 'vue') files.set(`./${name}.vue`, toComponentScript(name, own))
    else files.set(`./${name}.${language}`, own)
  }
  const { outputFiles } = await build({
    stdin: {
      contents:
        entry === undefined
          ? `import './main.${guide === 'react' ? 'tsx' : 'ts'}'`
          : withAddresses(entry, addresses),
      loader: 'tsx',
      resolveDir: sources,
    },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'react',
    logLevel: 'silent',
    alias: { tokenring: `${sources}/index.ts` },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    plugins: [examplesPlugin(files)],
  })
  return outputFiles[0]?.text ?? ''
}

/** What is imported from beside an example is another one. */
function examplesPlugin(files: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'examples',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^tokenring\/\w+$/ }, ({ path }) => ({
        path: `${sources}/${path.slice('tokenring/'.length)}/index.ts`,
      }))
      onResolve({ filter: /^\.\// }, ({ path }) =>
        files.has(path) ? { path, namespace: 'example' } : undefined,
      )
      onLoad({ filter: /.*/, namespace: 'example' }, ({ path }) => ({
        contents: files.get(path) ?? '',
        loader: 'tsx',
        resolveDir: sources,
      }))
    },
  }
}

function withAddresses(
  code: string,
  { issuer, clientId, scope, pageOrigin, apiOrigin }: GuideAddresses,
): string {
  return code
    .replaceAll('https://login.example.com', issuer)
    .replaceAll("clientId: 'spa'", `clientId: '${clientId}'`)
    .replaceAll(/openid (profile )?offline_access orders:read/g, scope)
    .replaceAll('https://app.example.com', pageOrigin)
    .replaceAll('https://api.example.com/v2/', `${apiOrigin}/`)
}
