import type { RequestListener } from 'node:http'
import { compileFunction } from 'node:vm'
import { createServer as createViteServer, defineConfig, type UserConfigFn } from 'vite'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTokenProxy, type TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { compile } from '../package/compile.ts'
import { readText, root, section } from '../package/source-files.ts'
import { serveFetchHandler } from '../../demo/serve-fetch-handler.ts'
import { listen, pageOrigin, post, startUpstream, type Upstream } from './servers.ts'

const text = readText('src/token-proxy/README.md')
const adapter = readText('demo/serve-fetch-handler.ts')
const exampleClientId = '1234567890'
const exampleSecret = 'secret-from-the-environment'
const form = { grant_type: 'refresh_token', refresh_token: 'TG-1', client_id: exampleClientId }

/** The code below a heading, of the given language. */
function codeBelow(heading: string, language = 'js'): string {
  return section(text.slice(text.indexOf(`\n${heading}\n`)), `\`\`\`${language}\n`, '```')
}

/** Runs an example with what it imports and the globals it needs; returns its default export. */
function run(code: string, names: Readonly<Record<string, unknown>>): unknown {
  const body = code
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export default /gm, 'return ')
    .replaceAll(/^export /gm, '')
  const example = compileFunction(body, Object.keys(names)) as (...given: unknown[]) => unknown
  return example(...Object.values(names))
}

/** `createTokenProxy`, with a vendor of this test in place of the one that the examples name. */
function proxyOf(upstream: Upstream): (options: TokenProxyOptions) => unknown {
  return (options) => {
    expect(options.tokenEndpoint).toBe('https://api.mercadopago.com/oauth/token')
    return createTokenProxy({ ...options, tokenEndpoint: upstream.tokenEndpoint })
  }
}

function expectSent({ received }: Upstream): void {
  expect(received.map(({ body }) => JSON.parse(body) as object)).toEqual([
    {
      grant_type: 'refresh_token',
      refresh_token: 'TG-1',
      client_id: exampleClientId,
      client_secret: exampleSecret,
    },
  ])
}

function requestOfPage(): Request {
  return new Request('https://app.example.com/oauth/token', {
    method: 'POST',
    headers: { origin: pageOrigin },
    body: new URLSearchParams(form),
  })
}

const processWithSecret = { env: { CLIENT_SECRET: exampleSecret }, cwd: () => root }

describe('the README', () => {
  it('holds the adapter as these tests use it', () => {
    expect(codeBelow('## Node', 'typescript')).toBe(adapter)
  })

  it('has examples for the page that compile', () => {
    const examples = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => {
      return [`page-${index + 1}.ts`, `${code}\nexport {}\n`] as const
    })
    expect(examples).toHaveLength(2)
    expect(compile('token-proxy-readme', Object.fromEntries(examples))).toEqual([])
  })

  it('names every option, with its default', () => {
    const options: Required<{ [Name in keyof TokenProxyOptions]: string }> = {
      tokenEndpoint: 'required',
      clientId: 'required',
      clientSecret: 'required',
      authentication: "`'post'`",
      encoding: "`'form'`",
      allowedOrigins: 'required',
      allowedGrants: 'both',
      maxBodyBytes: '131 072',
      timeoutMs: '9 000',
      fetch: 'the global',
    }
    const rows = [...section(text, '## Options', '\n## ').matchAll(/^\| `(\w+)`.*\| (.*?) *\|$/gm)]
    const documented = rows.map(([, name, fallback]) => [name, fallback])
    expect(Object.fromEntries(documented)).toMatchObject(options)
  })
})

describe('the example in the README', () => {
  it('at its beginning makes a proxy', () => {
    const upstream = { tokenEndpoint: 'http://localhost:1/' } as Upstream
    const names = { createTokenProxy: proxyOf(upstream), process: processWithSecret }
    const code = `${section(text, '```js\n', '```')}\nreturn tokenProxy`
    expect(run(code, names)).toBeTypeOf('function')
  })

  it('for Node works', async () => {
    const upstream = await startUpstream()
    let listener: RequestListener = () => {}
    const port = vi.fn()
    const names = {
      createServer: (given: RequestListener): unknown => {
        listener = given
        return { listen: port }
      },
      createTokenProxy: proxyOf(upstream),
      serveFetchHandler,
      process: processWithSecret,
    }
    run(codeBelow('## Node'), names)
    expect(port).toHaveBeenCalledWith(8080)
    const origin = await listen((request, response) => listener(request, response))
    expect((await post(`${origin}/oauth/token`, form)).status).toBe(200)
    expect((await post(`${origin}/other`, form)).status).toBe(404)
    expectSent(upstream)
  })

  it('for Deno works', async () => {
    const upstream = await startUpstream()
    const serve = vi.fn<(options: object, handler: typeof fetch) => void>()
    const env = { get: (name: string) => (name === 'CLIENT_SECRET' ? exampleSecret : undefined) }
    run(codeBelow('## Deno'), { createTokenProxy: proxyOf(upstream), Deno: { serve, env } })
    const response = await serve.mock.calls[0]?.[1](requestOfPage())
    expect(response?.status).toBe(200)
    expectSent(upstream)
  })

  it('for Bun works', async () => {
    const upstream = await startUpstream()
    const serve = vi.fn<(options: { readonly fetch: typeof fetch }) => void>()
    const names = {
      createTokenProxy: proxyOf(upstream),
      Bun: { serve },
      process: processWithSecret,
    }
    run(codeBelow('## Bun'), names)
    const response = await serve.mock.calls[0]?.[0].fetch(requestOfPage())
    expect(response?.status).toBe(200)
    expectSent(upstream)
  })

  it('for Workers works', async () => {
    const upstream = await startUpstream()
    const worker = run(codeBelow('## Cloudflare Workers'), {
      createTokenProxy: proxyOf(upstream),
    }) as { fetch(request: Request, env: object): Promise<Response> }
    const response = await worker.fetch(requestOfPage(), { CLIENT_SECRET: exampleSecret })
    expect(response.status).toBe(200)
    expectSent(upstream)
  })

  it("for Vite's dev server works", async () => {
    const upstream = await startUpstream()
    const config = run(codeBelow("## Vite's dev server"), {
      createTokenProxy: proxyOf(upstream),
      defineConfig,
      loadEnv: (_: string, __: string, prefix: string) => {
        expect(prefix).toBe('CLIENT_')
        return { CLIENT_SECRET: exampleSecret }
      },
      process: processWithSecret,
      serveFetchHandler,
    }) as UserConfigFn
    const { plugins } = await config({ mode: 'development', command: 'serve' })
    const vite = await createViteServer({
      root: `${root}test/token-proxy`,
      cacheDir: `${root}node_modules/.cache/tokenring-token-proxy-vite`,
      configFile: false,
      logLevel: 'error',
      appType: 'custom',
      optimizeDeps: { noDiscovery: true },
      server: { middlewareMode: true, ws: false, watch: null },
      ...(plugins && { plugins }),
    })
    onTestFinished(() => vite.close())
    const address = `${await listen(vite.middlewares)}/oauth/token`
    const own = { headers: { origin: 'http://localhost:5173' } }
    expect((await post(address, form, own)).status).toBe(200)
    const foreign = { headers: { origin: 'https://evil.example' } }
    expect((await post(address, form, foreign)).status).toBe(403)
    expectSent(upstream)
  })
})
