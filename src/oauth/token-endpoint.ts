import { patiently } from '../core/patience.ts'
import type { Clock } from '../core/ports.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { unlessStopped } from '../core/until.ts'

/** What a server answered, read once and for good. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What oauth4webapi says of a request, as far as it is heeded. */
interface Outgoing {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | undefined
}

/** Why there is no reply: it was never sent, it broke, or it took too long. */
export type TransportFailure = 'withheld' | 'network' | 'timeout'

/** One request to an authorization server; made anew for each. */
export interface Exchange {
  /** To be handed to oauth4webapi under its `customFetch` symbol. */
  readonly customFetch: (url: string, request: Outgoing) => Promise<Response>
  /** What came back, once it did. */
  reply(): Reply | undefined
  /** What kept a reply from coming. Whoever caught an error asks here, not the error. */
  failure(): TransportFailure | undefined
}

export interface ExchangeOptions {
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  /** Bound on the request and its body together. */
  readonly timeoutMs: number
  /** Asked in the same synchronous turn as the real `fetch`; on `false` nothing is sent. */
  readonly maySend?: (() => boolean) | undefined
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean
}

/**
 * The way to an authorization server's endpoints: no cache, no cookies, no referrer, no redirect, and
 * an end to waiting. The body is read here, because what oauth4webapi makes of a reply it refuses
 * would take the refresh token in it with it.
 */
export function createExchange(options: ExchangeOptions): Exchange {
  let received: Reply | undefined
  let failed: TransportFailure | undefined

  async function customFetch(url: string, request: Outgoing): Promise<Response> {
    const controller = new AbortController()
    const giveUp = (reject: (reason: unknown) => void): (() => void) =>
      patiently(options.clock, options.timeoutMs, () => {
        failed = 'timeout'
        controller.abort()
        reject(controller.signal.reason)
      })
    try {
      // A fetch that an app brings along may not heed the signal, so this does not rest on it.
      return await unlessStopped(send(url, request, controller.signal), [giveUp])
    } catch (error) {
      failed ??= 'network'
      throw error
    }
  }

  async function send(url: string, request: Outgoing, signal: AbortSignal): Promise<Response> {
    if (options.maySend?.() === false) {
      failed = 'withheld'
      throw new Error('The request was withheld.')
    }
    const response = await options.fetch()(url, {
      method: request.method,
      headers: request.headers,
      // A string is sent by every fetch in the same way, also by one that an app brings along.
      ...(request.body ? { body: request.body.toString() } : {}),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      signal,
      ...(options.keepalive ? { keepalive: true } : {}),
    })
    const text = await response.text()
    received = { status: response.status, headers: response.headers, text }
    return toReadableResponse(received)
  }

  return { customFetch, reply: () => received, failure: () => failed }
}

/**
 * The reply as oauth4webapi reads it best: as JSON whatever its label says, without members that are
 * null or empty (they count as absent), and without a challenge, which would keep it from reading the
 * body.
 */
function toReadableResponse({ status, headers, text }: Reply): Response {
  const json = parseJsonObject(text)
  const readable = new Headers(headers)
  readable.delete('www-authenticate')
  if (json) readable.set('content-type', 'application/json')
  const body = json ? JSON.stringify(withoutEmpty(json)) : text
  // An opaque redirect has the status 0, which no Response can be made with; and a token response
  // that says 201 is none for oauth4webapi, though the server has rotated.
  const legible = json && isSuccess(status) ? 200 : status || 502
  return new Response([204, 205, 304].includes(status) ? null : body, {
    status: legible,
    headers: readable,
  })
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** A JSON object, or nothing. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Servers that write their structs out whole have members that say nothing. */
function withoutEmpty(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(json).filter(([, value]) => value !== null && value !== ''),
  )
}

/** Cleartext is for loopback only, where it never leaves the machine. */
export function insecureAllowed(address: string): boolean {
  const url = new URL(address)
  return url.protocol !== 'https:' && isSecureUrl(url)
}
