import { checkedMembers, mustBe, text, word, type Rule } from '../core/checked-members.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { isString } from '../core/shape.ts'
import { toTokenParameters, type TokenParameters } from '../core/record/token-set.ts'

/** A URL prefix with an access token of its own. */
export interface ResourceServerOptions {
  readonly url: string
  /** Default: the session's scope. */
  readonly scope?: string | undefined
  /** Resource indicator (RFC 8707), which every sign-in names. Default: the session's. */
  readonly resource?: string | undefined
  /** Default: the session's. */
  readonly audience?: string | undefined
  /**
   * `'error'`: a request that is redirected fails, so that the token stays below `url`. Otherwise a
   * redirect within the origin takes it along, wherever it leads. Default: `'follow'`.
   */
  readonly redirect?: 'follow' | 'error' | undefined
}

export interface ResourceServer {
  /** The prefix it was listed with; names it in events and in the stored session. */
  readonly id: string
  readonly parameters: TokenParameters
  /** Whether a request must not be redirected. */
  readonly staysBelow: boolean
}

export interface ResourceServers {
  /**
   * The server a token for `url` may be sent to, by the longest prefix. Throws a `TypeError` for a
   * URL that would send it in the clear or beside credentials of its own.
   */
  match(url: URL): ResourceServer | undefined
}

interface Listed extends ResourceServer {
  readonly protocol: string
  readonly host: string
  /** Without a final slash, so that it ends at a segment border. */
  readonly path: string
}

/**
 * The servers that may receive the token. Everything is compared on parsed URLs: the exact origin,
 * and the path by whole segments (RFC 6750 §5.3).
 *
 * @throws {TypeError} Names the entry and the rule.
 */
export function parseResourceServers(
  entries: readonly (string | ResourceServerOptions)[],
  /** What relative ones are resolved against, as relative requests are. */
  baseUrl: string,
): ResourceServers {
  const listed = entries
    .map((entry, index) => parseEntry(entry, `options.resourceServers[${index}]`, baseUrl))
    .sort((a, b) => b.path.length - a.path.length)

  return {
    match(url) {
      // Not `origin`, which browsers make anew at every reading: it takes as long as the rest of this.
      const { protocol, host } = url
      const near = listed.filter((entry) => entry.host === host && covers(entry, url))
      const server = near.find((entry) => entry.protocol === protocol)
      if (server && (url.username !== '' || url.password !== '')) {
        throw new TypeError(`The URL of a request to ${server.id} must not hold credentials`)
      }
      const [twin] = near
      if (!server && twin && protocol === 'http:') {
        throw new TypeError(`A request to ${twin.id} must be https`)
      }
      return server
    },
  }
}

const entryRules: Readonly<Record<string, Rule>> = {
  url: word,
  scope: text,
  resource: text,
  audience: text,
  redirect: [(value) => value === 'follow' || value === 'error', "'follow' or 'error'"],
}

function parseEntry(entry: unknown, name: string, baseUrl: string): Listed {
  const members = typeof entry === 'string' ? { url: entry } : entry
  const { url: prefix, redirect, ...parameters } = checkedMembers(name, members, entryRules)
  const url = isString(prefix) && URL.canParse(prefix, baseUrl) && new URL(prefix, baseUrl)
  if (!url || !isSecureUrl(url) || url.search || url.hash || url.username || url.password) {
    throw mustBe(
      name,
      'an https URL (http only on loopback) without query, fragment and credentials',
    )
  }
  const path = url.pathname.replace(/\/$/, '')
  return {
    id: url.origin + path,
    protocol: url.protocol,
    host: url.host,
    path,
    parameters: toTokenParameters(parameters),
    staysBelow: redirect === 'error',
  }
}

function covers({ path }: Listed, { pathname }: URL): boolean {
  const isBelow = (candidate: string, prefix: string): boolean =>
    candidate === prefix || candidate.startsWith(`${prefix}/`)
  if (!isBelow(pathname, path)) return false
  // A server that decodes, and perhaps merges slashes, before it routes sees another path than this.
  if (!/%2f|%5c/i.test(pathname)) return true
  return isBelow(decoded(pathname), decoded(path))
}

/** Ends at a segment border, as the path of an entry does. */
function decoded(path: string): string {
  const merged = path.replaceAll(/(?:\/|%2f|%5c)+/gi, '/')
  return new URL(merged, 'https://decoded.invalid').pathname.replace(/\/$/, '')
}
