import { createServer, request as sendRequest } from 'node:http'
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  Server,
  ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createTokenProxy, type TokenProxyOptions } from '../../src/token-proxy/index.ts'
import { createDeferred, type Deferred } from '../support/deferred.ts'
import { serveFetchHandler } from '../../demo/serve-fetch-handler.ts'

export const pageOrigin = 'https://app.example.com'
export const clientId = 'web client:1+1'
/** With everything in it that an encoding changes. */
export const clientSecret = 's3cr&t/"pläce" +=%<~>\\'

/** What the vendor was sent. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The form that the body is, if it is one. */
  readonly form: URLSearchParams
  /** Resolves when the connection is closed, or the reply has been sent. */
  readonly over: Promise<unknown>
}

type Reply = (response: ServerResponse, received: Received) => void

/** A vendor's token endpoint, as a server that remembers what it was sent. */
export interface Upstream {
  readonly tokenEndpoint: string
  readonly received: Received[]
  /** How it answers from now on. */
  reply: Reply
  /** Resolves with the next request, before it is answered. */
  next(): Promise<Received>
}

export const tokens = { access_token: 'at-1', token_type: 'Bearer', refresh_token: 'rt-2' }

export async function startUpstream(whenOver: WhenOver = onTestFinished): Promise<Upstream> {
  const received: Received[] = []
  let waiting: Deferred<Received> | undefined
  const origin = await listen((request, response) => {
    void read(request).then((body) => {
      const { method = '', url = '', headers } = request
      const form = new URLSearchParams(body)
      const over = new Promise((resolve) => response.once('close', resolve))
      const entry = { method, url, headers, body, form, over }
      received.push(entry)
      waiting?.resolve(entry)
      upstream.reply(response, entry)
    })
  }, whenOver)
  const upstream: Upstream = {
    tokenEndpoint: `${origin}/oauth/token`,
    received,
    reply: replyJson(200, tokens),
    next() {
      waiting = createDeferred()
      return waiting.promise
    },
  }
  return upstream
}

export function replyJson(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

/** A token proxy as an HTTP server; returns its address. */
async function startProxy(options: TokenProxyOptions): Promise<string> {
  const proxy = createTokenProxy(options)
  return `${await listen((request, response) => void serveFetchHandler(proxy, request, response))}/oauth/token`
}

/** A vendor and a proxy before it. */
export async function startBoth(
  changes: Partial<TokenProxyOptions> = {},
): Promise<{ readonly upstream: Upstream; readonly address: string }> {
  const upstream = await startUpstream()
  const address = await startProxy({
    tokenEndpoint: upstream.tokenEndpoint,
    clientId,
    clientSecret,
    allowedOrigins: [pageOrigin],
    ...changes,
  })
  return { upstream, address }
}

/** Has something done when the time of a server is over. */
type WhenOver = (cleanUp: () => void) => unknown

/** Serves until the test is over, or whatever else. */
export async function listen(
  handle: RequestListener,
  whenOver: WhenOver = onTestFinished,
): Promise<string> {
  const server: Server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  whenOver(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const refreshForm: Readonly<Record<string, string>> = {
  grant_type: 'refresh_token',
  refresh_token: 'rt-1',
  client_id: clientId,
}

/** A token request as a page makes it. */
export function post(
  address: string,
  body: Readonly<Record<string, string>> | string | Uint8Array<ArrayBuffer> = refreshForm,
  init: RequestInit = {},
): Promise<Response> {
  const isForm = typeof body !== 'string' && !(body instanceof Uint8Array)
  return fetch(address, {
    method: 'POST',
    body: isForm ? new URLSearchParams(body).toString() : body,
    ...init,
    headers: {
      origin: pageOrigin,
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      ...(init.headers as Record<string, string> | undefined),
    },
  })
}

export interface RawReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request without the corrections that `fetch` makes; `write` sends the body. */
export function sendRaw(
  address: string,
  options: { readonly method?: string; readonly headers: Readonly<Record<string, string>> },
  write: (request: ReturnType<typeof sendRequest>) => void,
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(address, { method: 'POST', agent: false, ...options })
    request.once('error', reject)
    request.once('response', (response) => {
      // What comes after the answer, such as a connection that is reset, is no news.
      request.on('error', () => {})
      read(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      )
    })
    write(request)
  })
}

/** Everything there is to see of a response. */
export async function seen(response: Response): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  return [response.status, response.statusText, ...headers, await response.text()].join('\n')
}

async function read(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
