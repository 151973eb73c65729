import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server that already has its address, but answers only once `handle` is set. */
export interface Listener {
  readonly origin: string
  handle: RequestListener
  close(): Promise<void>
}

/** Listens on loopback: on `port` if it is free, else on any other. */
export async function listen(port: number): Promise<Listener> {
  const server = createServer((request, response) => listener.handle(request, response))
  await bind(server, port).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    await bind(server, 0)
  })
  const listener: Listener = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    handle: (_request, response) => response.writeHead(503).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return listener
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, 'localhost', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(html)
}

/** What a server lets the pages of one origin do (the CORS protocol). */
export interface CrossOriginRules {
  readonly origin: string
  readonly methods: string
  readonly requestHeaders: string
  readonly responseHeaders?: string
}

/** Sets the CORS headers and answers a preflight. Whether the request has been answered by that. */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  rules: CrossOriginRules,
): boolean {
  response.setHeader('vary', 'origin')
  if (request.headers.origin !== rules.origin) return false
  response.setHeader('access-control-allow-origin', rules.origin)
  if (rules.responseHeaders) {
    response.setHeader('access-control-expose-headers', rules.responseHeaders)
  }
  if (request.method !== 'OPTIONS') return false
  response.writeHead(204, {
    'access-control-allow-methods': rules.methods,
    'access-control-allow-headers': rules.requestHeaders,
    'access-control-max-age': '600',
  })
  response.end()
  return true
}

/** Named switches that a page or a test can turn over HTTP. */
export type Controls = Readonly<Record<string, (input: Record<string, unknown>) => void>>

/**
 * Serves `counters` at `/demo/counters` and, if there are any, the controls at `POST /demo/<name>`.
 * Whether the request was one of these.
 */
export async function serveCountersAndControls(
  request: IncomingMessage,
  response: ServerResponse,
  options: { origin: string; counters: () => unknown; controls: Controls | undefined },
): Promise<boolean> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (!path.startsWith('/demo/')) return false
  const { origin, counters, controls } = options
  const rules = { origin, methods: 'GET, POST', requestHeaders: 'content-type' }
  if (answerPreflight(request, response, rules)) return true
  const control = controls?.[path.slice('/demo/'.length)]
  if (path === '/demo/counters') {
    sendJson(response, 200, counters())
  } else if (control && request.method === 'POST') {
    // Another page that guesses the port must not turn the switches.
    const from = request.headers.origin
    if (from !== undefined && from !== origin) return (sendJson(response, 403, {}), true)
    control(JSON.parse((await readBody(request)) || '{}') as Record<string, unknown>)
    sendJson(response, 200, counters())
  } else {
    sendJson(response, 404, {})
  }
  return true
}
