import { defined } from '../core/defined.ts'
import { memberOf, membersOf } from '../core/member-of.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import type { RefreshAhead } from '../core/session/refresh-schedule.ts'
import type { TokenStore } from '../core/ports.ts'
import { toTokenParameters, type TokenParameters } from '../core/record/token-set.ts'
import type { ResourceServerOptions } from '../http/resource-servers.ts'
import type { AuthorizationServerMetadata } from '../oauth/authorization-server.ts'
import type { DpopSupport } from '../oauth/dpop.ts'
import type { EndSessionOptions } from '../oauth/end-session.ts'
import {
  checkIsObject,
  checkMember,
  isObject,
  isString,
  isWord,
  texts,
  word,
  type Rule,
} from './rules.ts'

/** What {@link createTokenManager} is told. Optional members may be `undefined`. */
export interface TokenManagerOptions {
  /**
   * The issuer identifier, from which the metadata is discovered (OpenID Connect Discovery, then
   * RFC 8414) and kept for a day; or the metadata itself in RFC 8414 spelling, of which `issuer` and
   * `token_endpoint` are required. Endpoints may be relative to the page, for proxies.
   */
  readonly authorizationServer: string | AuthorizationServerMetadata
  /** The client identifier of a public client. There is no option for a secret. */
  readonly clientId: string
  /** The scope of the sign-in and of the default access token, space-delimited. */
  readonly scope?: string | undefined
  /** The audience of the default access token, for servers that call it so. */
  readonly audience?: string | undefined
  /** The resource indicator of the default access token (RFC 8707). */
  readonly resource?: string | undefined
  /**
   * Where the authorization server sends the browser after sign-in. Needed by `signIn`. It may be relative
   * to the page's origin (`'/callback'`), and is sent absolute. An installed app may have one of its own
   * scheme, with a dot in it (RFC 8252 §7.1).
   */
  readonly redirectUri?: string | undefined
  /**
   * Where the authorization server sends the browser after sign-out; without it, sign-out stays on the
   * page. It may be relative to the page's origin.
   */
  readonly postLogoutRedirectUri?: string | undefined
  /** Further parameters of every authorization request. */
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined
  /**
   * URL prefixes that may receive the access token; relative ones are resolved as relative requests
   * are, the longest match wins. Default: none, and `fetch` adds no token anywhere.
   */
  readonly resourceServers?: readonly (string | ResourceServerOptions)[] | undefined
  /** Where the session is kept: for all tabs, in this tab's memory, or in a store of your own. Default: `'indexeddb'`. */
  readonly storage?: 'indexeddb' | 'memory' | TokenStore | undefined
  /** Separates two sessions of one client in one origin. Default: `'default'`. */
  readonly sessionName?: string | undefined
  /** A token within this of its end is renewed; never more than a tenth of its life. Default: 60 000 ms. */
  readonly leewayMs?: number | undefined
  /**
   * When a timer renews ahead of the end: `'in-use'`, if the page is visible and the token was used
   * since it came; `'visible'`, if the page is visible; or `'never'`. Default: `'in-use'`.
   */
  readonly refreshAhead?: RefreshAhead | undefined
  /** Bound on one token request. Default: 10 000 ms. */
  readonly tokenRequestTimeoutMs?: number | undefined
  /**
   * How long a call that has no usable token waits, from the first failure or pause that it meets,
   * attempts included, before it rejects with a `RefreshUnavailableError`. A pause that ends later
   * rejects at once. 0: no waiting. Default: 5 000 ms.
   */
  readonly patienceMs?: number | undefined
  /** The `error` words that mean a dead refresh token. Default: `['invalid_grant']`, which is always one of them. */
  readonly spentRefreshToken?: readonly string[] | undefined
  /** The sign-out address where it is not OpenID Connect's. Default: from the metadata. */
  readonly endSession?: EndSessionOptions | undefined
  /** Sender-constrained tokens (RFC 9449): `dpop()`. Default: bearer tokens. */
  readonly dpop?: DpopSupport | undefined
  /** The `fetch` to use. Default: the global one, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** The same, checked and complete. */
export interface Settings {
  readonly authorizationServer: string | AuthorizationServerMetadata
  readonly issuer: string
  readonly clientId: string
  readonly parameters: TokenParameters
  readonly redirectUri: string | undefined
  readonly postLogoutRedirectUri: string | undefined
  readonly authorizationParameters: Readonly<Record<string, string>>
  readonly resourceServers: readonly (string | ResourceServerOptions)[]
  readonly storage: 'indexeddb' | 'memory' | TokenStore
  readonly sessionName: string
  readonly leewayMs: number
  readonly refreshAhead: RefreshAhead
  readonly tokenRequestTimeoutMs: number
  readonly patienceMs: number
  readonly spentRefreshToken: readonly string[]
  readonly endSession: EndSessionOptions | undefined
  readonly dpop: DpopSupport | undefined
  readonly fetch: () => typeof globalThis.fetch
}

const uri: Rule = [
  (value) => toUri(value, 'https://app.example') !== undefined,
  "must be an https URL (http only on loopback), a path that begins with /, or a URL of an app's own scheme (com.example.app:/callback), without a fragment",
]
const rules: Readonly<Record<keyof TokenManagerOptions, Rule>> = {
  authorizationServer: [
    (value) =>
      isObject(value)
        ? isWord(memberOf(value, 'issuer'))
        : isWord(value) && !value.includes('/.well-known/'),
    'must be an issuer identifier, which is not the address of its metadata, or metadata with an issuer',
  ],
  clientId: word,
  scope: word,
  audience: word,
  resource: word,
  redirectUri: uri,
  postLogoutRedirectUri: uri,
  authorizationParameters: texts,
  resourceServers: [Array.isArray, 'must be an array'],
  storage: [
    (value) => value === 'indexeddb' || value === 'memory' || isStore(value),
    "must be 'indexeddb', 'memory' or a store with read() and update()",
  ],
  sessionName: word,
  // The tenth of a token's life bounds it, and a token may live for years.
  leewayMs: duration(0, 366 * 24 * 3_600_000),
  refreshAhead: [
    (value) => ['in-use', 'visible', 'never'].includes(value as string),
    "must be 'in-use', 'visible' or 'never'",
  ],
  tokenRequestTimeoutMs: duration(100),
  patienceMs: duration(0),
  spentRefreshToken: [
    (value) => Array.isArray(value) && value.every(isString),
    'must be an array of strings',
  ],
  endSession: [
    (value) => isObject(value) && isAddress(memberOf(value, 'url')),
    'must hold an https url',
  ],
  dpop: [
    (value) => isObject(value) && typeof value['createKeyPair'] === 'function',
    'must be what dpop() returns',
  ],
  fetch: [(value) => typeof value === 'function', 'must be a function'],
}

const endSessionParameters = ['returnToParameter', 'clientIdParameter']

const defaults = {
  redirectUri: undefined,
  postLogoutRedirectUri: undefined,
  authorizationParameters: {},
  resourceServers: [],
  storage: 'indexeddb',
  sessionName: 'default',
  leewayMs: 60_000,
  refreshAhead: 'in-use',
  tokenRequestTimeoutMs: 10_000,
  patienceMs: 5_000,
  endSession: undefined,
  dpop: undefined,
} as const

/** Checks every option; a `TypeError` names the option and the rule. */
export function parseOptions(options: TokenManagerOptions): Settings {
  // Callers without a type checker can pass anything.
  const given: unknown = options
  checkIsObject(given)
  // An option nobody reads is a typing mistake, or a secret that must not be in a browser.
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(rules, name))
  if (stranger !== undefined) {
    const known = Object.keys(rules).join(', ')
    throw new TypeError(`options.${stranger} is not an option; there are ${known}`)
  }
  const named = Object.entries(rules).map(([name, rule]) => {
    const value = memberOf(given, name)
    checkMember(name, value, rule, name === 'authorizationServer' || name === 'clientId')
    return [name, value]
  })
  const read = Object.fromEntries(named) as TokenManagerOptions
  const { authorizationServer, spentRefreshToken = [], fetch } = read
  const endSession = read.endSession && membersOf(read.endSession, ['url', ...endSessionParameters])
  for (const name of endSessionParameters)
    checkMember(`endSession.${name}`, endSession?.[name], word)
  return {
    ...defaults,
    ...defined(read),
    issuer:
      typeof authorizationServer === 'string'
        ? authorizationServer
        : String(memberOf(authorizationServer, 'issuer')),
    endSession: endSession as EndSessionOptions | undefined,
    parameters: toTokenParameters(read),
    spentRefreshToken: ['invalid_grant', ...spentRefreshToken],
    fetch: () => fetch ?? globalThis.fetch,
  }
}

function duration(leastMs: number, mostMs = 3_600_000): Rule {
  return [
    (value) => typeof value === 'number' && value >= leastMs && value <= mostMs,
    `must be a number of ms from ${leastMs} to ${mostMs}`,
  ]
}

/**
 * One of the two addresses that the server sends the browser to, absolute, as it is sent; what is
 * absolute is not touched, since servers compare it as text.
 *
 * @throws {TypeError} There is no origin that it could be relative to, or that one will not do.
 */
export function resolveUri(
  name: 'redirectUri' | 'postLogoutRedirectUri',
  value: string | undefined,
  pageUrl: string,
): string | undefined {
  const resolved = value === undefined ? undefined : toUri(value, new URL(pageUrl).origin)
  if (resolved === undefined) checkMember(name, value, [() => false, uri[1]])
  return resolved
}

function toUri(value: unknown, origin: string): string | undefined {
  if (!isString(value) || value.includes('#')) return undefined
  if (URL.canParse(value)) return isAddress(value) || isOwnScheme(value) ? value : undefined
  // One that was to be absolute may lack its scheme.
  if (!/^\/(?![/\\])/.test(value) || !URL.canParse(value, origin)) return undefined
  const url = new URL(value, origin)
  return url.origin === origin && isSecureUrl(url) ? url.href : undefined
}

/**
 * RFC 6749 §3.1.2: absolute and without a fragment; cleartext only where it never leaves the machine.
 * What a parser drops or mends without a word would be sent as it is, and fit nothing that is registered.
 */
function isAddress(value: unknown): boolean {
  if (!isString(value) || !URL.canParse(value) || /[\s\p{Cc}\\#]/u.test(value)) return false
  const url = new URL(value)
  return isSecureUrl(url) && !url.username && !url.password
}

/** RFC 8252 §7.1: the scheme of an installed app has a dot in it, so it is never `javascript:`. */
function isOwnScheme(value: string): boolean {
  return /^[a-z][\w+-]*\.[\w.+-]*:\/[!-~]*$/i.test(value)
}

function isStore(value: unknown): boolean {
  return (
    isObject(value) && typeof value['read'] === 'function' && typeof value['update'] === 'function'
  )
}
