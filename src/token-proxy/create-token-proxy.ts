import { preflight, readableBy, refusal, toResponse, type Answer } from './answers.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { readBytes } from './read-bytes.ts'
import { createSecretSearch } from './secret-search.ts'
import { parseOptions, type TokenProxyOptions } from './token-proxy-options.ts'
import { readTokenRequest, refuseHeaders, tooLarge, type Parameters } from './token-request.ts'
import { maxReplyBytes, passOn, refuseReply } from './upstream-reply.ts'
import { createUpstreamRequest } from './upstream-request.ts'

/**
 * Creates a token endpoint of the app's own, for vendors that demand a client secret: a handler in the
 * words of the Fetch standard, for Node, Deno, Bun and Workers, that adds the secret to a page's token
 * request, sends it on, and passes the reply back. It holds no session and keeps nothing between two
 * requests; tokens still reach the page.
 *
 * What is sent on: a POST of a form, from a page of an allowed origin (`Origin` is required), with an
 * allowed grant, no credentials of the client's own, no parameter twice (`resource` may be, RFC 8707
 * §2; in JSON it becomes an array), within `maxBodyBytes`. Of the parameters those that belong to the
 * grant: `code`, `redirect_uri`, `code_verifier`; or `refresh_token`, `scope`; and with both
 * `resource` and `audience`. Nothing else of the request: no cookie, no header, no query. A `DPoP` proof is
 * refused, since it is made out to the proxy's address. Redirects are not followed.
 *
 * What is passed back: status, body, `Content-Type`, `Retry-After` and `X-Retry-After`, uncached, and
 * readable by the page. Not `WWW-Authenticate`, for which a browser would show a dialog.
 *
 * The secret is in no answer, no log line and no error: the proxy writes no log, its own answers are
 * fixed texts, and a reply that holds the secret (also in base64, or escaped as in URLs, JSON or HTML) is
 * replaced by a 502. So a secret of a few letters, or one that is a common word, can cost a good reply.
 *
 * Answers of its own are shaped as RFC 6749 §5.2 has it: 400, 403 (origin), 405, 408 (the request did not
 * arrive in time), 413, 415 and 500 (anything else), after which it is certain that nothing was sent; and
 * 502 (the vendor cannot be reached, or its reply is of no use: a redirect, more than 1 MiB, the secret in
 * it) and 504 (no whole reply in time), after which nobody knows whether the refresh token was spent. The
 * token manager takes them so. A page that has left takes its request to the vendor with it.
 *
 * @returns A handler that never rejects. It answers at any path: where it is, is up to the server.
 *
 * @throws {TypeError} Names the option and the rule; never a value.
 *
 * @example
 *
 * ```ts
 * import { createTokenProxy } from 'tokenring/token-proxy'
 *
 * declare const clientSecret: string // from the server's environment
 *
 * export const tokenProxy = createTokenProxy({
 *   tokenEndpoint: 'https://api.mercadopago.com/oauth/token',
 *   clientId: '1234567890',
 *   clientSecret,
 *   encoding: 'json',
 *   allowedOrigins: ['https://app.example.com'],
 * })
 * ```
 */
export function createTokenProxy(
  options: TokenProxyOptions,
): (request: Request) => Promise<Response> {
  const settings = parseOptions(options)
  const holdsSecret = createSecretSearch(settings.clientId, settings.clientSecret)

  /** From the request to what the page is answered. */
  async function exchange(request: Request): Promise<Answer> {
    const refused = refuseHeaders(request.headers, settings)
    if (refused) return refused
    const deadline = createDeadline(request, settings.timeoutMs)
    try {
      const bytes = await receive(request, deadline)
      if (!(bytes instanceof Uint8Array)) return bytes
      const read = readTokenRequest(bytes, settings)
      return read.kind === 'refused' ? read.answer : await forward(read.parameters, deadline)
    } finally {
      deadline.release()
    }
  }

  async function receive(
    { body }: Request,
    { signal, within, isOver }: Deadline,
  ): Promise<Uint8Array | Answer> {
    try {
      return (await within(readBytes(body, settings.maxBodyBytes, signal))) ?? tooLarge()
    } catch {
      return isOver()
        ? refusal(408, 'invalid_request', 'The request did not arrive in time.')
        : refusal(400, 'invalid_request', 'The request did not arrive as a whole.')
    }
  }

  async function forward(
    parameters: Parameters,
    { signal, within, isOver }: Deadline,
  ): Promise<Answer> {
    const init = createUpstreamRequest(parameters, settings)
    // A method of `settings` would be called with it as `this`, which some runtimes refuse.
    const send = settings.fetch()
    try {
      const reply = await within(send(settings.tokenEndpoint, { ...init, signal }))
      const refused = refuseReply(reply)
      if (refused) {
        reply.body?.cancel().catch(() => {})
        return refused
      }
      const bytes = await within(readBytes(reply.body, maxReplyBytes, signal))
      return passOn(reply, bytes, holdsSecret)
    } catch {
      // What was caught is not looked at: runtimes put addresses, and some the request, into it.
      return isOver()
        ? refusal(
            504,
            'temporarily_unavailable',
            'The authorization server did not answer in time.',
          )
        : refusal(502, 'temporarily_unavailable', 'The authorization server could not be reached.')
    }
  }

  return async function tokenProxy(request) {
    try {
      const { method } = request
      if (method !== 'POST' && method !== 'OPTIONS') return toResponse(methodNotAllowed)
      const origin = request.headers.get('origin')
      // No CORS headers: a page of another origin is to learn nothing.
      if (origin === null || !settings.allowedOrigins.includes(origin)) {
        return toResponse(originNotAllowed)
      }
      const answer =
        method === 'OPTIONS' ? preflight : await exchange(request).catch(() => surprise)
      return toResponse(answer, readableBy(origin))
    } catch {
      return toResponse(surprise)
    }
  }
}

const methodNotAllowed: Answer = refusal(405, 'invalid_request', 'The method has to be POST.', {
  allow: 'POST, OPTIONS',
})
// A word that a token manager takes for a mistake of the set-up, and keeps the session.
const originNotAllowed: Answer = refusal(
  403,
  'unauthorized_client',
  'Pages of this origin may not use the token proxy.',
)
const surprise: Answer = refusal(500, 'server_error', 'The token proxy failed.')
