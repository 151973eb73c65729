import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build, transform } from 'esbuild'
import { readText, root, section } from '../package/source-files.ts'

/** The guide's example for a runtime, served by that runtime. */
export interface RunningProxy {
  readonly address: string
  /** What it has printed since it listens, which should be nothing. */
  printed(): string
  /** Ends it. Rejects if it had ended before. */
  stop(): Promise<void>
}

interface Runtime {
  /** Of the example in the guide. */
  readonly heading: string
  /** Program and arguments, with the example in `server.js`. */
  command(): readonly [string, ...string[]]
  /** Has the example listen on loopback alone, at any free port, and say which. */
  toServer(example: string): string
  /** How it says so. */
  readonly port: RegExp
  /** How a page leaves if the runtime is to notice. */
  readonly leaving: readonly Leaving[]
  /** What the runtime itself says about the first request. */
  readonly notice?: RegExp
}

/** Of a connection: it is closed, or reset. */
type Leaving = 'destroy' | 'resetAndDestroy'

const onLoopback = "port: 0, hostname: '127.0.0.1'"

export const runtimes: Readonly<Record<string, Runtime>> = {
  Node: {
    heading: '## Node',
    command: () => [process.execPath, 'server.js'],
    toServer: (example) =>
      change(
        change(example, 'serve-fetch-handler.ts', 'serve-fetch-handler.js'),
        '.listen(8080)',
        ".listen(0, '127.0.0.1', function () { console.log(`Port ${this.address().port}.`) })",
      ),
    port: /Port (\d+)\./,
    leaving: ['destroy', 'resetAndDestroy'],
  },
  Bun: {
    heading: '## Bun',
    command: () => [bun(), '--no-install', 'server.js'],
    toServer: (example) =>
      `${change(change(example, 'port: 8080', onLoopback), 'Bun.serve(', 'const server = Bun.serve(')}
console.log(\`Port \${server.port}.\`)`,
    port: /Port (\d+)\./,
    leaving: ['destroy', 'resetAndDestroy'],
  },
  Deno: {
    heading: '## Deno',
    command: () => [
      deno(),
      ...'run --no-prompt --no-remote --allow-net --allow-env=CLIENT_SECRET server.js'.split(' '),
    ],
    toServer: (example) => change(example, 'port: 8080', onLoopback),
    port: /Listening on \S+:(\d+)/,
    leaving: ['destroy', 'resetAndDestroy'],
    notice: /^Deno\.serve: request\.signal aborts on successful responses.*\n/m,
  },
  Workers: {
    heading: '## Cloudflare Workers',
    command: () => [workerd(), 'serve', 'workerd.capnp', '--control-fd=1'],
    toServer: (example) => example,
    port: /"port": ?(\d+)/,
    // A client that has closed its side may still be reading.
    leaving: ['resetAndDestroy'],
  },
}

const workerdConfiguration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "proxy", worker = .proxy),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "proxy")],
);
const proxy :Workerd.Worker = (
  modules = [
    (name = "server.js", esModule = embed "server.js"),
    (name = "tokenring/token-proxy", esModule = embed "node_modules/tokenring/token-proxy.js"),
  ],
  bindings = [(name = "CLIENT_SECRET", fromEnvironment = "CLIENT_SECRET")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["enable_request_signal"],
);
`

/** Starts the example of a runtime, with `tokenEndpoint` in place of the vendor's. */
export async function startRuntime(
  name: string,
  {
    tokenEndpoint,
    clientSecret,
  }: { readonly tokenEndpoint: string; readonly clientSecret: string },
): Promise<RunningProxy> {
  const runtime = runtimes[name]
  if (!runtime) throw new Error(`There is no runtime ${name}.`)
  const folder = mkdtempSync(join(tmpdir(), 'runtime-'))
  const files = {
    'package.json': '{ "type": "module" }',
    'server.js': change(
      runtime.toServer(exampleBelow(runtime.heading)),
      "tokenEndpoint: 'https://api.mercadopago.com/oauth/token'",
      // Its own patience is longer than that of a test.
      `tokenEndpoint: '${tokenEndpoint}', timeoutMs: 300_000`,
    ),
    'serve-fetch-handler.js': await withoutTypes(readText('demo/serve-fetch-handler.ts')),
    'workerd.capnp': workerdConfiguration,
    'node_modules/tokenring/package.json': JSON.stringify({
      name: 'tokenring',
      type: 'module',
      exports: { './token-proxy': './token-proxy.js' },
    }),
    'node_modules/tokenring/token-proxy.js': await library(),
  }
  mkdirSync(join(folder, 'node_modules/tokenring'), { recursive: true })
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)

  const [program, ...args] = runtime.command()
  const { PATH, SystemRoot } = process.env
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Not the settings of whoever runs the tests: a proxy, say.
    env: {
      ...(PATH !== undefined && { PATH }),
      ...(SystemRoot !== undefined && { SystemRoot }),
      HOME: folder,
      DENO_DIR: join(folder, 'deno'),
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
      CLIENT_SECRET: clientSecret,
    },
  })
  const over = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let output = ''
  const port = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += String(chunk)
      const [, found] = runtime.port.exec(output) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', reject)
    void over.then(() => reject(new Error(`${name} ended as it began: ${output}`)))
  })
  const before = output.length
  return {
    address: `http://127.0.0.1:${port}/oauth/token`,
    printed: () => output.slice(before).replace(runtime.notice ?? '', ''),
    async stop() {
      const wasRunning = child.exitCode === null && child.signalCode === null
      child.kill('SIGKILL')
      await over
      await rm(folder, { recursive: true })
      if (!wasRunning) throw new Error(`${name} had ended: ${output}`)
    },
  }
}

function exampleBelow(heading: string): string {
  const guide = readText('src/token-proxy/README.md')
  return section(guide.slice(guide.indexOf(`\n${heading}\n`)), '```js\n', '```')
}

/** What a replacement does not find, it would leave as it is without a word. */
function change(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`There is no "${from}" in the example.`)
  return text.replace(from, () => to)
}

async function withoutTypes(code: string): Promise<string> {
  return (await transform(code, { loader: 'ts' })).code
}

async function library(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/token-proxy/index.ts`],
    bundle: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

const { platform, arch } = process
const exe = platform === 'win32' ? '.exe' : ''
const system = platform === 'win32' ? 'windows' : platform

function bun(): string {
  const folder = `@oven/bun-${system}-${arch === 'arm64' ? 'aarch64' : arch}`
  // The script of the package moves it, where scripts may run.
  return programIn([folder, `bin/bun${exe}`], ['bun', 'bin/bun.exe'])
}

function deno(): string {
  const libc = platform === 'linux' ? '-glibc' : ''
  return programIn([`@deno/${platform}-${arch}${libc}`, `deno${exe}`])
}

function workerd(): string {
  const folder = `@cloudflare/workerd-${system}-${arch === 'x64' ? '64' : arch}`
  return programIn([folder, `bin/workerd${exe}`])
}

const { resolve: resolveModule } = createRequire(import.meta.url)

function programIn(...places: readonly (readonly [name: string, path: string])[]): string {
  const paths = places.map(([name, path]) =>
    join(dirname(resolveModule(`${name}/package.json`)), path),
  )
  const found = paths.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`There is no ${paths.join(' and no ')}.`)
  return found
}
