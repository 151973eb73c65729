import { createServer } from 'node:http'
import type {
  IncomingMessage,
  RequestListener,
  Server,
  ServerOptions,
  ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server that already has its address, but answers only once `handle` is set. */
export interface Listener {
  readonly origin: string
  handle: RequestListener
  close(): Promise<void>
}

/** Listens on loopback: on `port` if it is free, else on any other. */
export async function listen(port: number, options: ServerOptions = {}): Promise<Listener> {
  const server = createServer(options, (request, response) => listener.handle(request, response))
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

/** The headers of JSON that nobody may keep. */
export const jsonOfNow = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
} as const

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, jsonOfNow)
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

/**
 * Reads the form in the body and puts the body back, for whoever processes the request. Empty if
 * the client has gone away before the end.
 */
export function peekForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  return new Promise((resolve) => {
    const settle = (): void => {
      request.off('readable', read).off('close', settle)
      const body = Buffer.concat(chunks)
      // Before the end is announced, which the stream still allows.
      if (body.length > 0 && !request.destroyed) request.unshift(body)
      resolve(new URLSearchParams(body.toString()))
    }
    const read = (): void => {
      const chunk = request.read() as Buffer | null
      if (chunk) chunks.push(chunk)
      if (request.complete) settle()
    }
    request.on('readable', read).on('close', settle)
  })
}
