import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSetting } from './setting.ts'
import type { TakeBack } from './setting.ts'

/**
 * What is wrong with the token endpoint. `before`: instead of processing the request, so that nothing
 * is spent; `after`: the request was processed, a refresh token was rotated, and the true reply is
 * lost.
 */
export type TokenEndpointFault = {
  readonly when: 'before' | 'after'
  /** For how many requests; without it, until it is replaced. */
  readonly times?: number
} & (
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** The connection is closed in the middle of the answer. */
  | { readonly kind: 'cut' }
  /** No answer ever comes. */
  | { readonly kind: 'hang' }
  /**
   * Everything is right, but slow. Before processing: a request whose client has gone away meanwhile
   * is dropped, as a proxy does that notices.
   */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The true reply, with members replaced; `after` only. */
  | {
      readonly kind: 'alter'
      readonly set?: Readonly<Record<string, unknown>>
      readonly remove?: readonly string[]
    }
)

/** A token request under way, as a fault befalls it. */
export interface FaultyExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What a reply needs so that the page may read it. */
  readonly crossOriginHeaders: Readonly<Record<string, string>>
  /** Answers in place of the server. */
  reply(status: number, headers: Readonly<Record<string, string>>, body: string): void
  /** Keeps the server from answering at all. */
  withhold(): void
  /** Changes the members of the true reply. */
  alter(change: (body: unknown) => unknown): void
}

/** Whether the server's own reply goes on its way. */
type Verdict = 'pass' | 'answered'

/** Does to the exchange what the fault says. */
export async function applyFault(
  fault: TokenEndpointFault,
  exchange: FaultyExchange,
): Promise<Verdict> {
  const { request, response, crossOriginHeaders } = exchange
  switch (fault.kind) {
    case 'reply': {
      const type = { 'content-type': 'application/json' }
      const headers = { ...crossOriginHeaders, ...type, ...fault.headers }
      exchange.reply(fault.status, headers, fault.body ?? '')
      return 'answered'
    }
    case 'cut':
      exchange.withhold()
      cutOff(response, crossOriginHeaders)
      return 'answered'
    case 'hang':
      exchange.withhold()
      return 'answered'
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms))
      if (fault.when === 'after' || !request.socket.destroyed) return 'pass'
      exchange.withhold()
      return 'answered'
    case 'alter':
      exchange.alter((body) => altered(body, fault))
      return 'pass'
  }
}

/** The faults that were set, of which the newest counts, and for how many requests it still does. */
export interface FaultSwitch {
  /** @param fault `undefined`: none, whatever was set before. */
  set(fault: TokenEndpointFault | undefined): TakeBack
  /** What would befall the next request. */
  next(): TokenEndpointFault | undefined
  /** What befalls this request. */
  take(): TokenEndpointFault | undefined
}

export function createFaultSwitch(): FaultSwitch {
  const setting = createSetting<{ fault: TokenEndpointFault; left: number } | undefined>(undefined)
  function next(): TokenEndpointFault | undefined {
    const current = setting.get()
    return current && current.left > 0 ? current.fault : undefined
  }
  return {
    set: (fault) => setting.set(fault && { fault, left: fault.times ?? Infinity }),
    next,
    take() {
      const fault = next()
      const current = setting.get()
      if (current) current.left -= 1
      return fault
    },
  }
}

/**
 * In the middle of the reply: a request on a reused connection that ends without a byte of an answer
 * is sent again by Chromium itself, a POST too, and the page never learns of it.
 */
function cutOff(
  response: ServerResponse,
  crossOriginHeaders: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, {
    ...crossOriginHeaders,
    'content-type': 'application/json',
    'content-length': '1000',
  })
  response.write('{', () => response.destroy())
}

function altered(
  body: unknown,
  { set, remove }: Extract<TokenEndpointFault, { kind: 'alter' }>,
): unknown {
  const members = Object.entries({ ...(body as object), ...set })
  return Object.fromEntries(members.filter(([name]) => !remove?.includes(name)))
}
