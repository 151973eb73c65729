import type { ServerResponse } from 'node:http'
import type { ProviderContext } from 'oidc-provider'

/**
 * How the token endpoint misbehaves. `before`: instead of processing the request, so that nothing
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

/** Whether oidc-provider's own reply goes on its way. */
type Verdict = 'pass' | 'answered'

/** Does to the exchange what the fault says. */
export async function applyFault(
  fault: TokenEndpointFault,
  context: ProviderContext,
  pageOrigin: string,
): Promise<Verdict> {
  switch (fault.kind) {
    case 'reply':
      context.status = fault.status
      context.set({
        'access-control-allow-origin': pageOrigin,
        'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
        'content-type': 'application/json',
        ...fault.headers,
      })
      context.body = fault.body ?? ''
      return 'answered'
    case 'cut':
      context.respond = false
      cutOff(context.res, pageOrigin)
      return 'answered'
    case 'hang':
      context.respond = false
      return 'answered'
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms))
      if (fault.when === 'after' || !context.req.socket.destroyed) return 'pass'
      context.respond = false
      return 'answered'
    case 'alter':
      context.body = altered(context.body, fault)
      return 'pass'
  }
}

/**
 * In the middle of the reply: a request on a reused connection that ends without a byte of an answer
 * is sent again by Chromium itself, a POST too, and the page never learns of it.
 */
function cutOff(response: ServerResponse, pageOrigin: string): void {
  response.writeHead(200, {
    'access-control-allow-origin': pageOrigin,
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
