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
  /** The connection is closed without an answer. */
  | { readonly kind: 'cut' }
  /** No answer ever comes. */
  | { readonly kind: 'hang' }
  /** Everything is right, but slow. */
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
      context.req.socket.destroy()
      return 'answered'
    case 'hang':
      context.respond = false
      return 'answered'
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms))
      return 'pass'
    case 'alter':
      context.body = altered(context.body, fault)
      return 'pass'
  }
}

function altered(
  body: unknown,
  { set, remove }: Extract<TokenEndpointFault, { kind: 'alter' }>,
): unknown {
  const members = Object.entries({ ...(body as object), ...set })
  return Object.fromEntries(members.filter(([name]) => !remove?.includes(name)))
}
