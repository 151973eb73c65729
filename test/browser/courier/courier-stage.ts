import { fileURLToPath } from 'node:url'
import { buildPages } from '../../../demo/build-pages.ts'
import { courierFilePlugin } from '../../../demo/courier-file-plugin.ts'
import { listen } from '../../../demo/http.ts'

export interface CourierStage {
  readonly pageOrigin: string
  readonly tokenUrl: string
  /** How often the token endpoint was asked, and what with. */
  requests(): readonly {
    readonly origin?: string | undefined
    readonly cookie?: string | undefined
  }[]
  reset(): void
  close(): Promise<void>
}

/** A page with a courier, and a token endpoint of another origin that answers after `delayMs`. */
export async function startCourierStage(delayMs: number): Promise<CourierStage> {
  const root = fileURLToPath(new URL('./app', import.meta.url))
  const files = await buildPages(root, { minify: false, plugins: [courierFilePlugin] })
  const page = await listen(0)
  const token = await listen(0)
  let requests: { origin?: string | undefined; cookie?: string | undefined }[] = []

  page.handle = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', page.origin)
    const ownWorker = `
      importScripts('/tokenring-courier.js')
      addEventListener('message', ({ data, source }) => source?.postMessage(data))`
    const file =
      pathname === '/own-worker.js'
        ? ownWorker
        : (files.get(pathname.slice(1) || 'index.html') ?? '')
    const policy = searchParams.get('policy')
    response.writeHead(file === '' && pathname !== '/other' ? 404 : 200, {
      'content-type': pathname.endsWith('.js') ? 'text/javascript' : 'text/html',
      'cache-control': 'no-cache',
      'set-cookie': 'a=b',
      ...(policy !== null && { 'content-security-policy': policy }),
    })
    response.end(file)
  }
  token.handle = (request, response) => {
    const { origin, cookie } = request.headers
    response.setHeader('access-control-allow-origin', '*')
    requests.push({ origin, cookie })
    setTimeout(() => {
      response.setHeader('content-type', 'application/json')
      response.end('{"refresh_token":"rt-2"}')
    }, delayMs)
  }
  return {
    pageOrigin: page.origin,
    tokenUrl: `${token.origin}/token`,
    requests: () => requests,
    reset() {
      requests = []
    },
    async close() {
      await page.close()
      await token.close()
    },
  }
}
