import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as buildWithVite, createServer as startVite } from 'vite'
import webpack from 'webpack'
import { listen } from '../../../demo/http.ts'
import type { PackedPackage } from '../../package/packed-package.ts'
import { root as projectRoot } from '../../package/source-files.ts'

/** An app that is served to browsers. */
export interface ServedApp {
  readonly origin: string
  /** Puts something at the end of a file from now on, as a new version of it. */
  append(path: string, text: string): void
  close(): Promise<void>
}

/** Makes an app of the same few lines in a project that has installed the package, and serves it. */
export type MakeApp = (packed: PackedPackage) => Promise<ServedApp>

const policy = { 'content-security-policy': "worker-src 'self'" }

/** What `npx msw init` copies. */
const mockServiceWorker = fileURLToPath(import.meta.resolve('msw/mockServiceWorker.js'))

const sources = fileURLToPath(new URL('.', import.meta.url))

const pageWith = (head: string): string =>
  `<!doctype html><meta charset="utf-8" /><title>App</title>${head}`

function newFolder(packed: PackedPackage, name: string): string {
  const folder = join(packed.project, name)
  mkdirSync(folder)
  cpSync(sources, folder, { recursive: true, filter: (path) => !path.endsWith('.ts') })
  return folder
}

/** As the guide says, by the command of the package. */
function copyCourier(packed: PackedPackage, folder: string): void {
  packed.runNode([join(packed.folder, 'dist/courier/command.js'), 'courier', folder])
}

function newViteFolder(packed: PackedPackage, name: string): string {
  const folder = newFolder(packed, name)
  writeFileSync(
    join(folder, 'index.html'),
    pageWith('<script type="module" src="/app.js"></script>'),
  )
  copyCourier(packed, join(folder, 'public'))
  return folder
}

const viteOptions = { configFile: false, logLevel: 'error' } as const

/** With the configuration that a fresh app has: none. */
async function viteApp(packed: PackedPackage): Promise<ServedApp> {
  const root = newViteFolder(packed, 'vite')
  await buildWithVite({ ...viteOptions, root })
  return serve(join(root, 'dist'))
}

async function viteDevServer(packed: PackedPackage): Promise<ServedApp> {
  const root = newViteFolder(packed, 'vite-dev')
  const server = await startVite({
    ...viteOptions,
    root,
    server: { host: 'localhost', port: 0, headers: policy },
  })
  await server.listen()
  const { origin } = new URL(server.resolvedUrls?.local[0] ?? '')
  return { origin, append() {}, close: () => server.close() }
}

async function webpackApp(packed: PackedPackage): Promise<ServedApp> {
  const context = newFolder(packed, 'webpack')
  const path = join(context, 'dist')
  await new Promise<void>((resolve, reject) => {
    webpack(
      {
        mode: 'production',
        context,
        entry: {
          app: './app.js',
          'own-worker': './own-worker.js',
          'workbox-worker': './workbox-worker.js',
          mocks: './mocks.js',
        },
        output: { path },
        // A page with mocks is for development.
        performance: false,
        // Workbox and MSW are those of this project.
        resolve: { modules: ['node_modules', join(projectRoot, 'node_modules')] },
      },
      (error, stats) => {
        const problem = error ?? stats?.compilation.errors[0] ?? stats?.compilation.warnings[0]
        if (problem) reject(problem)
        else resolve()
      },
    )
  })
  writeFileSync(join(path, 'index.html'), pageWith('<script defer src="/app.js"></script>'))
  copyCourier(packed, path)
  cpSync(join(context, 'mocking-worker.js'), join(path, 'mocking-worker.js'))
  cpSync(mockServiceWorker, join(path, 'mockServiceWorker.js'))
  return serve(path)
}

/** Nothing is built: the page finds the modules by an import map. */
async function staticFolder(packed: PackedPackage): Promise<ServedApp> {
  const folder = newFolder(packed, 'static')
  for (const name of ['tokenring', 'oauth4webapi', 'idb-keyval']) {
    const modules = join('node_modules', name)
    cpSync(join(packed.project, modules), join(folder, modules), {
      recursive: true,
      dereference: true,
    })
  }
  const imports = {
    tokenring: '/node_modules/tokenring/dist/index.js',
    'tokenring/courier': '/node_modules/tokenring/dist/courier/index.js',
    oauth4webapi: '/node_modules/oauth4webapi/build/index.js',
    'idb-keyval': '/node_modules/idb-keyval/dist/index.js',
  }
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`
  writeFileSync(
    join(folder, 'index.html'),
    pageWith(`${map}<script type="module" src="/app.js"></script>`),
  )
  copyCourier(packed, folder)
  // No bundler: the worker takes the file by its address.
  const worker = join(folder, 'own-worker.js')
  const lines = readFileSync(worker, 'utf8')
  writeFileSync(
    worker,
    lines.replace(
      "import 'tokenring/courier/service-worker'",
      "importScripts('/tokenring-courier.js')",
    ),
  )
  return serve(folder)
}

export const apps: Readonly<Record<string, MakeApp>> = {
  'built by Vite': viteApp,
  'of Vite’s server for development': viteDevServer,
  'built by webpack': webpackApp,
  'in a static folder': staticFolder,
}

const types: Readonly<Record<string, string>> = { js: 'text/javascript', html: 'text/html' }

async function serve(folder: string): Promise<ServedApp> {
  const server = await listen(0)
  const appended = new Map<string, string>()
  server.handle = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', server.origin)
    const path = pathname === '/' ? '/index.html' : pathname
    let file: string
    try {
      file = readFileSync(join(folder, path), 'utf8') + (appended.get(path) ?? '')
    } catch {
      response.writeHead(404).end()
      return
    }
    const type = types[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain'
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...policy })
    response.end(file)
  }
  return {
    origin: server.origin,
    append: (path, text) => void appended.set(path, text),
    close: server.close,
  }
}
