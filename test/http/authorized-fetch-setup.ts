import type { Reported } from '../../src/core/events.ts'
import type { IssuedToken } from '../../src/core/session/held-tokens.ts'
import type { ProofSender } from '../../src/core/proof-sender.ts'
import type { AccessTokens } from '../../src/core/session/access-tokens.ts'
import {
  createAuthorizationHeaders,
  type RequestAuthorizationOptions,
} from '../../src/http/authorization-headers.ts'
import { createAuthorizedFetch } from '../../src/http/authorized-fetch.ts'
import {
  parseResourceServers,
  type ResourceServerOptions,
} from '../../src/http/resource-servers.ts'
import { createApi, pageUrl, unauthorized, type Answer, type SentRequest } from './api-double.ts'

export const url = 'https://api.example/v2/orders'
export const server = 'https://api.example/v2'

type Obtained = Parameters<AccessTokens['obtain']>[0]

export function token(accessToken: string, more: Partial<IssuedToken> = {}): IssuedToken {
  return { accessToken, tokenType: 'Bearer', epoch: 1, generation: 1, sub: 'user-1', ...more }
}

export const bound = (accessToken: string): IssuedToken =>
  token(accessToken, { tokenType: 'DPoP', senderKey: 'key pair' })

/** Serves `first`, and whatever `renew` makes of a rejection. */
function createSource(
  first: IssuedToken,
  renew: () => IssuedToken | Promise<IssuedToken>,
): { readonly source: RequestAuthorizationOptions['source']; readonly asked: Obtained[] } {
  const asked: Obtained[] = []
  return {
    asked,
    source: {
      asker: () => undefined,
      refusal: () => undefined,
      obtain(request) {
        asked.push(request)
        return request.rejected ? renew() : first
      },
    },
  }
}

export function setUp(
  answer: Answer,
  how: {
    readonly first?: IssuedToken
    readonly renew?: () => IssuedToken | Promise<IssuedToken>
    readonly source?: Partial<AccessTokens>
    readonly resourceServers?: readonly (string | ResourceServerOptions)[]
    readonly proof?: ProofSender<Response>
    /** What the page's `<base>` says. */
    readonly baseUrl?: string
  } = {},
): {
  readonly authorizedFetch: ReturnType<typeof createAuthorizedFetch>
  readonly authorizationHeaders: ReturnType<typeof createAuthorizationHeaders>
  readonly sent: readonly SentRequest[]
  /** What the source of tokens was asked for, oldest first. */
  readonly asked: readonly Obtained[]
  readonly events: readonly Reported[]
} {
  const { first = token('first'), renew = () => Promise.resolve(token('second')) } = how
  const { baseUrl = pageUrl } = how
  const { fetch, sent } = createApi(answer, baseUrl)
  const { source, asked } = createSource(first, renew)
  const events: Reported[] = []
  const options = {
    source: { ...source, ...how.source },
    resourceServers: parseResourceServers(how.resourceServers ?? [`${server}/`], pageUrl),
    fetch,
    baseUrl: () => baseUrl,
    report: (event: Reported) => void events.push(event),
    proof: how.proof,
  }
  return {
    authorizedFetch: createAuthorizedFetch(options),
    authorizationHeaders: createAuthorizationHeaders(options),
    sent,
    asked,
    events,
  }
}

export const authorizationsOf = (sent: readonly SentRequest[]): readonly (string | null)[] =>
  sent.map(({ headers }) => headers.get('authorization'))

/** A server that takes one token only. */
export const accepting =
  (accessToken: string, refuse: () => Response = unauthorized): Answer =>
  ({ headers }) =>
    headers.get('authorization')?.endsWith(` ${accessToken}`) ? new Response('ok') : refuse()
