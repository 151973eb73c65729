import type { AccessTokenRequest } from '../core/session/access-token-request.ts'
import type { Report } from '../core/events.ts'
import type { IssuedToken } from '../core/session/held-tokens.ts'
import { readComplaint, type Complaint } from './challenge.ts'
import type { RequestAuthorizationOptions } from './authorization-headers.ts'
import { proofSenderFor } from './proof-sender-for.ts'
import { prepareRequest, readTarget, type ReplayableRequest } from './request-replay.ts'
import type { ResourceServer } from './resource-servers.ts'
import { createUnlistedFetch } from './unlisted-fetch.ts'

export interface AuthorizedFetchOptions extends RequestAuthorizationOptions {
  readonly fetch: () => typeof globalThis.fetch
  readonly report: Report
  /** Told of every request that got through. */
  readonly noteAnswer?: (() => void) | undefined
}

const missingAuthority = ['insufficient_scope', 'insufficient_user_authentication']

/** For a framework's own HTTP client: sends this one request in place of `fetch`. */
export interface Way {
  readonly way?: (() => typeof globalThis.fetch) | undefined
}

type Fetch = (input: RequestInfo | URL, init?: RequestInit & Way) => Promise<Response>

/** Why a request is sent a second time. */
type Because = 'newer-token' | 'renewed-token' | 'dpop-nonce'

/** A request under way to a listed server. */
interface Call {
  readonly wanted: AccessTokenRequest
  readonly url: string
  readonly server: ResourceServer
  readonly request: ReplayableRequest
}

/** A `fetch` that sends the access token to the listed servers, and a request at most twice. */
export function createAuthorizedFetch(options: AuthorizedFetchOptions): Fetch {
  const { source, resourceServers, proof, report } = options
  const sendUnlisted = createUnlistedFetch(options)
  /** What a resource server has taken: when it takes it no more, something has happened to the token. */
  const good = new WeakSet<IssuedToken>()
  /** What was refused with the very nonce that was asked for: a further nonce will not help it. */
  const dead = new WeakSet<IssuedToken>()

  return async function authorizedFetch(input, init) {
    const asker = source.asker()
    const target = readTarget(input)
    const url = new URL(target.url, options.baseUrl())
    const server = resourceServers.match(url)
    const fetch = init?.way ?? options.fetch
    if (!server) return sendUnlisted(url, fetch()(input, init))
    const ofInit = init?.headers
    const headers = new Headers(ofInit === undefined ? target.request?.headers : ofInit)
    // The caller knows better, and the request is none of ours.
    if (headers.has('authorization')) return fetch()(input, unread(init, headers))
    // What was matched is what is sent: a URL object, or <base>, may change meanwhile.
    const request = prepareRequest(fetch, target.request ?? url.href, init, headers)
    if (request.mode === 'no-cors') {
      throw new TypeError(
        `A request to ${server.id} cannot be no-cors, which takes no access token along`,
      )
    }
    const wanted = { asker, parameters: server.parameters, signal: request.signal }
    return sendAuthorized({ wanted, url: url.href, server, request })
  }

  async function sendAuthorized(call: Call): Promise<Response> {
    const { server, request } = call
    const served = source.obtain(call.wanted)
    // In the very turn of the call, as with fetch itself, if nothing has to be waited for.
    const token = served instanceof Promise ? await served : served
    const { response, nonceRequired } = await dispatch(call, token)
    options.noteAnswer?.()
    const about = judge(call, token, response)
    if (!about || about === 'other') return response
    const canReplay = request.canReplay && !mayHaveActed(request, response)
    if (nonceRequired && !dead.has(token)) {
      return canReplay ? sendAgain(call, token, response, 'dpop-nonce') : response
    }
    if (about === 'nonce') return response

    const obtained = replace(call, token)
    if (!canReplay) {
      // The renewal is for the next call; this one has nothing to send again.
      Promise.resolve(obtained).catch(() => undefined)
      return response
    }
    const because = obtained instanceof Promise ? 'renewed-token' : 'newer-token'
    let next: IssuedToken
    try {
      next = await obtained
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
    because: Because,
  ): Promise<Response> {
    discard(first)
    const { response } = await dispatch(call, token, because)
    if (judge(call, token, response) !== 'token') return response
    if (because === 'renewed-token') {
      report({ type: 'fresh-token-rejected', resourceServer: call.server.id })
    }
    if (because === 'dpop-nonce') {
      // Where the challenge is hidden and every reply names another nonce, a dead token would look
      // like an old nonce for the rest of its life.
      dead.add(token)
      Promise.resolve(replace(call, token)).catch(() => undefined)
    }
    return response
  }

  /** Another token in place of one that a resource server has refused. */
  function replace(call: Call, token: IssuedToken): IssuedToken | Promise<IssuedToken> {
    const rejected = {
      accessToken: token.accessToken,
      resourceServer: call.server.id,
      ...(good.has(token) && { wasGood: true }),
    }
    return source.obtain({ ...call.wanted, rejected })
  }

  async function dispatch(
    call: Call,
    token: IssuedToken,
    because?: Because,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }> {
    const { request, url } = call
    const { headers } = request
    const prover = proofSenderFor(token, proof)
    if (!prover) {
      headers.set('authorization', `Bearer ${token.accessToken}`)
      return { response: await leave(call, because, redirectOf(call)), nonceRequired: false }
    }
    const { accessToken, senderKey: keyPair } = token
    return prover.send({ keyPair, accessToken, method: request.method, url }, (proofHeaders) => {
      for (const [name, value] of Object.entries(proofHeaders)) headers.set(name, value)
      // It names one URL, and a browser would take it to another origin.
      return leave(call, because, redirectOf(call) ?? request.redirect ?? 'error')
    })
  }

  /** In the very turn in which it leaves: a user may have signed out or in while a proof was made. */
  function leave(
    { wanted, server, request }: Call,
    because: Because | undefined,
    redirect?: RequestRedirect,
  ): Promise<Response> {
    const refused = source.refusal(wanted.asker)
    if (refused) throw refused
    if (because) report({ type: 'retried', resourceServer: server.id, because })
    return request.send(redirect)
  }

  /** What a 401 is about. One that no new token mends is told of, and so is such a 403. */
  function judge(
    call: Call,
    token: IssuedToken,
    response: Response,
  ): Complaint['about'] | undefined {
    const { status } = response
    if (status !== 401) good.add(token)
    if ((status !== 401 && status !== 403) || isElsewhere(call, response)) return undefined
    const complaint = readComplaint(response.headers.get('www-authenticate'), token.accessToken)
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

/** Where a request may lead that is redirected, if the list says it; a caller may forbid more than that. */
function redirectOf({ server, request }: Call): RequestRedirect | undefined {
  return server.staysBelow && request.redirect !== 'manual' ? 'error' : undefined
}

/** A reply from behind a redirect to another origin, where the browser does not take the token. */
function isElsewhere({ url }: Call, response: Response): boolean {
  return response.redirected && new URL(response.url).origin !== new URL(url).origin
}

/** Behind a redirect the 401 is that of the second address; the first may have done what it was asked. */
function mayHaveActed({ method }: ReplayableRequest, { redirected }: Response): boolean {
  return redirected && !/^(get|head)$/i.test(method)
}

/** Headers of a kind that can be read once have been read. */
function unread(init: RequestInit | undefined, headers: Headers): RequestInit | undefined {
  const isSpent = init?.headers && !new Headers(init.headers).has('authorization')
  return isSpent ? { ...init, headers } : init
}

function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
