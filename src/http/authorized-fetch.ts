import type { Report } from '../core/events.ts'
import type { AbortSignalLike } from '../core/ports.ts'
import { ConfigurationError } from '../core/errors.ts'
import { refuseOtherSession, type IssuedToken } from '../core/held-tokens.ts'
import type { TokenParameters } from '../core/token-set.ts'
import { readComplaint, type Complaint } from './challenge.ts'
import { isRequest, prepareRequest, type ReplayableRequest } from './request-replay.ts'
import type { ResourceServer, ResourceServers } from './resource-servers.ts'

/** Where access tokens come from; see `AccessTokens.obtain`. */
export interface AccessTokenSource {
  obtain(request: {
    readonly parameters?: TokenParameters
    readonly rejected?: { readonly accessToken: string; readonly resourceServer: string }
    readonly signal?: AbortSignalLike | undefined
  }): IssuedToken | Promise<IssuedToken>
}

interface ProvenRequest {
  readonly keyPair: unknown
  readonly accessToken: string
  readonly method: string
  readonly url: string
}

/** Makes and sends DPoP proofs. */
export interface ProofSender {
  send(
    request: ProvenRequest,
    dispatch: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }>
  proofHeaders(request: ProvenRequest): Promise<Record<string, string>>
}

export interface AuthorizedFetchOptions {
  readonly source: AccessTokenSource
  readonly resourceServers: ResourceServers
  readonly fetch: () => typeof globalThis.fetch
  /** What relative URLs are resolved against. */
  readonly pageUrl: () => string
  readonly report: Report
  readonly proof: ProofSender | undefined
}

const missingAuthority = ['insufficient_scope', 'insufficient_user_authentication']

type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** A request under way to a listed server. */
interface Call {
  readonly url: string
  readonly server: ResourceServer
  readonly request: ReplayableRequest
  readonly redirect: RequestRedirect | undefined
}

/** A `fetch` that sends the access token to the listed servers, and a request at most twice. */
export function createAuthorizedFetch(options: AuthorizedFetchOptions): Fetch {
  const { source, resourceServers, proof, report } = options
  const warned = new Set<string>()

  return async function authorizedFetch(input, init) {
    const url = new URL(isRequest(input) ? input.url : input, options.pageUrl())
    const server = resourceServers.match(url)
    if (!server) return sendUnlisted(url, input, init)
    // A Request in the place of init has its members on the prototype, where no copy finds them.
    if (init && 'url' in init) return authorizedFetch(new Request(url, init), undefined)
    // What was matched is what is sent: a URL object may change meanwhile, and <base> is not the page.
    const request = prepareRequest(options.fetch, isRequest(input) ? input : url.href, init)
    // The caller knows better, and the request is none of ours.
    if (request.headers.has('authorization')) return options.fetch()(input, init)
    refuseNoCors(init?.mode ?? (isRequest(input) ? input.mode : undefined), server)
    const ownRedirect = init?.redirect ?? (isRequest(input) ? input.redirect : 'follow')
    const redirect = ownRedirect === 'follow' && !init?.redirect ? 'error' : ownRedirect
    return sendAuthorized({ url: url.href, server, request, redirect })
  }

  async function sendAuthorized(call: Call): Promise<Response> {
    const { server, request } = call
    const { parameters } = server
    const { signal } = request
    const token = await source.obtain({ parameters, signal })
    const { response, nonceRequired } = await dispatch(call, token)
    const about = judge(call, response)
    if (!about || about === 'other') return response
    const canReplay = request.canReplay && !mayHaveActed(request, response)
    if (nonceRequired) {
      return canReplay ? sendAgain(call, token, response, 'dpop-nonce') : response
    }
    if (about === 'nonce') return response

    const rejected = { accessToken: token.accessToken, resourceServer: server.id }
    const obtained = source.obtain({ parameters, rejected, signal })
    if (!canReplay) {
      // The renewal is for the next call; this one has nothing to send again.
      Promise.resolve(obtained).catch(() => undefined)
      return response
    }
    const because = obtained instanceof Promise ? 'renewed-token' : 'newer-token'
    let next: IssuedToken
    try {
      next = await obtained
      refuseOtherSession(token, next)
    } catch (error) {
      discard(response)
      throw error
    }
    if (next.accessToken === token.accessToken) {
      report({ type: 'fresh-token-rejected', resourceServer: server.id })
      return response
    }
    return sendAgain(call, next, response, because)
  }

  async function sendAgain(
    call: Call,
    token: IssuedToken,
    first: Response,
    because: 'newer-token' | 'renewed-token' | 'dpop-nonce',
  ): Promise<Response> {
    const resourceServer = call.server.id
    discard(first)
    report({ type: 'retried', resourceServer, because })
    const { response } = await dispatch(call, token)
    if (judge(call, response) === 'token' && because === 'renewed-token') {
      report({ type: 'fresh-token-rejected', resourceServer })
    }
    return response
  }

  async function dispatch(
    { request, redirect, url }: Call,
    token: IssuedToken,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }> {
    const { headers } = request
    const prover = proverFor(token, proof)
    if (!prover) {
      headers.set('authorization', `Bearer ${token.accessToken}`)
      return { response: await request.send(), nonceRequired: false }
    }
    const { accessToken, senderKey: keyPair } = token
    return prover.send({ keyPair, accessToken, method: request.method, url }, (proofHeaders) => {
      for (const [name, value] of Object.entries(proofHeaders)) headers.set(name, value)
      // A proof names one URL, and a browser would take it along to another origin.
      return request.send(redirect)
    })
  }

  async function sendUnlisted(
    { origin }: URL,
    input: RequestInfo | URL,
    init: RequestInit | undefined,
  ): Promise<Response> {
    const response = await options.fetch()(input, init)
    if (response.status === 401 && !warned.has(origin)) {
      warned.add(origin)
      report({ type: 'unlisted-401', origin })
      // oxlint-disable-next-line no-console -- the one thing a developer has to see without listening
      console.warn(
        `tokenring: ${origin} answered 401 and is not one of options.resourceServers, so no access token was sent to it.`,
      )
    }
    return response
  }

  /** What a 401 is about. One that no new token mends is told of, and so is such a 403. */
  function judge(call: Call, response: Response): Complaint['about'] | undefined {
    const { status } = response
    if ((status !== 401 && status !== 403) || isElsewhere(call, response)) return undefined
    const complaint = readComplaint(response.headers.get('www-authenticate'))
    if (complaint.about === 'other') {
      const { about: _, ...details } = complaint
      const isTold = status === 401 || missingAuthority.includes(details.error ?? '')
      if (isTold) {
        report({ type: 'challenged', resourceServer: call.server.id, status, ...details })
      }
    }
    return status === 401 ? complaint.about : undefined
  }
}

/** The headers that authorize one request which somebody else sends. */
export function createAuthorizationHeaders(
  options: Pick<AuthorizedFetchOptions, 'source' | 'resourceServers' | 'pageUrl' | 'proof'>,
): (
  url: string | URL,
  how?: {
    readonly method?: string | undefined
    readonly rejected?: string | undefined
    readonly signal?: AbortSignalLike | undefined
  },
) => Promise<Record<string, string>> {
  const { source, resourceServers, proof } = options
  return async (target, { method = 'GET', rejected, signal } = {}) => {
    const url = new URL(target, options.pageUrl())
    const server = resourceServers.match(url)
    if (!server) return {}
    const token = await source.obtain({
      parameters: server.parameters,
      ...(rejected === undefined
        ? {}
        : { rejected: { accessToken: rejected, resourceServer: server.id } }),
      signal,
    })
    const { accessToken, senderKey: keyPair } = token
    const prover = proverFor(token, proof)
    if (!prover) return { authorization: `Bearer ${accessToken}` }
    return prover.proofHeaders({ keyPair, accessToken, method, url: url.href })
  }
}

/** What makes the proofs for a token that is bound to a key, which is never sent as a bearer token (RFC 9449 §7.1). */
function proverFor(
  { tokenType }: IssuedToken,
  proof: ProofSender | undefined,
): ProofSender | undefined {
  if (tokenType === 'Bearer') return undefined
  if (proof) return proof
  throw new ConfigurationError(
    'UNSUPPORTED',
    'The access token is bound to a key: options.dpop is needed to use it.',
  )
}

/** A reply from behind a redirect to another origin, where the browser does not take the token. */
function isElsewhere({ url }: Call, response: Response): boolean {
  return response.redirected && new URL(response.url).origin !== new URL(url).origin
}

/** Behind a redirect the 401 is that of the second address; the first may have done what it was asked. */
function mayHaveActed({ method }: ReplayableRequest, { redirected }: Response): boolean {
  return redirected && !/^(get|head)$/i.test(method)
}

function refuseNoCors(mode: RequestMode | undefined, server: ResourceServer): void {
  if (mode !== 'no-cors') return
  throw new TypeError(
    `A request to ${server.id} cannot be no-cors: the browser would leave the access token out`,
  )
}

function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
