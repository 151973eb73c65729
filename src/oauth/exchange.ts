import type { Clock } from '../core/ports.ts'
import { parseJsonObject } from '../core/shape.ts'
import { atMost } from '../core/until.ts'

/** What a server answered, read once and for good. */
export interface ServerReply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON object that the text is, whatever its label says. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

/** Why there is no reply: it was never sent, it broke, or it took too long. */
export type TransportFailure = 'withheld' | 'network' | 'timeout'

export interface ExchangeOptions {
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  /** Bound on the request and its body together. */
  readonly timeoutMs: number
  /** Asked in the same synchronous turn as the real `fetch`; on `false` nothing is sent. */
  readonly maySend?: (() => boolean) | undefined
}

/** What is to be sent; oauth4webapi says it in this way, too. */
export interface Outgoing {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | undefined
  /** Lets the request outlive the page. */
  readonly keepalive?: boolean
}

/**
 * One request to an authorization server: no cache, no cookies, no referrer, no redirect, and an end
 * to waiting. Never rejects.
 */
export async function exchange(
  options: ExchangeOptions,
  url: string,
  outgoing: Outgoing,
): Promise<ServerReply | TransportFailure> {
  const controller = new AbortController()
  const answer = send(options, url, outgoing, controller.signal).catch(() => 'network' as const)
  // A fetch that an app brings along may not heed the signal, so this does not rest on it.
  const inTime = await atMost(options.clock, options.timeoutMs, answer)
  if (!inTime) controller.abort()
  return inTime ?? 'timeout'
}

async function send(
  options: ExchangeOptions,
  url: string,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<ServerReply | 'withheld'> {
  if (options.maySend?.() === false) return 'withheld'
  const { method, headers, body, keepalive } = outgoing
  const response = await options.fetch()(url, {
    method,
    headers,
    // A string is sent by every fetch in the same way, also by one that an app brings along.
    ...(body && { body: body.toString() }),
    ...(keepalive && { keepalive }),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'manual',
    referrerPolicy: 'no-referrer',
    signal,
  })
  return toServerReply(response.status, response.headers, await response.text())
}

export function toServerReply(status: number, headers: Headers, text: string): ServerReply {
  return { status, headers, text, json: parseJsonObject(text) }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
