import type { RefreshAhead } from './core/refresh-schedule.ts'
import type { TokenStore } from './core/ports.ts'
import type { TokenParameters } from './core/token-set.ts'
import type { ResourceServerOptions } from './http/resource-servers.ts'
import type { AuthorizationServerMetadata } from './oauth/authorization-server.ts'
import type { DpopSupport } from './oauth/dpop.ts'
import type { EndSessionOptions } from './oauth/end-session.ts'

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
  /** Where the authorization server sends the browser after sign-in. Needed by `signIn`. */
  readonly redirectUri?: string | undefined
  /** Where the authorization server sends the browser after sign-out; without it, sign-out stays on the page. */
  readonly postLogoutRedirectUri?: string | undefined
  /** Further parameters of every authorization request. */
  readonly authorizationParameters?: Readonly<Record<string, string>> | undefined
  /**
   * URL prefixes that may receive the access token; relative ones are resolved against the page, the
   * longest match wins. Default: none, and `fetch` adds no token anywhere.
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
  readonly spentRefreshToken: readonly string[]
  readonly endSession: EndSessionOptions | undefined
  readonly dpop: DpopSupport | undefined
  readonly fetch: () => typeof globalThis.fetch
}

const names: readonly (keyof TokenManagerOptions)[] = [
  'authorizationServer',
  'clientId',
  'scope',
  'audience',
  'resource',
  'redirectUri',
  'postLogoutRedirectUri',
  'authorizationParameters',
  'resourceServers',
  'storage',
  'sessionName',
  'leewayMs',
  'refreshAhead',
  'tokenRequestTimeoutMs',
  'spentRefreshToken',
  'endSession',
  'dpop',
  'fetch',
]

/** Checks every option; a `TypeError` names the option and the rule. */
export function parseOptions(options: TokenManagerOptions): Settings {
  // Callers without a type checker can pass anything.
  const given = options as unknown
  rule(isObject(given), 'options', 'must be an object')
  for (const name of Object.keys(given)) {
    // An option nobody reads is a typing mistake, or a secret that must not be in a browser.
    rule((names as readonly string[]).includes(name), `options.${name}`, 'is not an option')
  }
  const string = (name: keyof TokenManagerOptions): string | undefined => {
    const value = given[name]
    const isGood = value === undefined || (typeof value === 'string' && value !== '')
    rule(isGood, `options.${name}`, 'must be a non-empty string')
    return value
  }
  const duration = (name: keyof TokenManagerOptions, leastMs: number, preset: number): number => {
    const value = given[name] ?? preset
    const isGood = typeof value === 'number' && value >= leastMs && value <= longestMs
    rule(isGood, `options.${name}`, `must be a number of ms from ${leastMs} to ${longestMs}`)
    return value
  }
  const url = (name: keyof TokenManagerOptions): string | undefined => {
    const value = string(name)
    if (value !== undefined) rule(isAppUrl(value), `options.${name}`, urlRule)
    return value
  }

  const { authorizationServer } = options
  rule(
    typeof authorizationServer === 'string' || isObject(authorizationServer),
    'options.authorizationServer',
    'must be an issuer identifier or metadata',
  )
  const issuer =
    typeof authorizationServer === 'string' ? authorizationServer : authorizationServer.issuer
  rule(
    typeof issuer === 'string' && issuer !== '',
    'options.authorizationServer.issuer',
    'must be a non-empty string',
  )
  const clientId = string('clientId')
  rule(clientId !== undefined, 'options.clientId', 'is required')

  const refreshAhead = options.refreshAhead ?? 'in-use'
  rule(
    ['in-use', 'visible', 'never'].includes(refreshAhead),
    'options.refreshAhead',
    "must be 'in-use', 'visible' or 'never'",
  )
  const storage = options.storage ?? 'indexeddb'
  rule(
    storage === 'indexeddb' || storage === 'memory' || isStore(storage),
    'options.storage',
    "must be 'indexeddb', 'memory' or a store with read() and update()",
  )
  const { authorizationParameters = {}, spentRefreshToken = [], resourceServers = [] } = options
  rule(
    isObject(authorizationParameters) && Object.values(authorizationParameters).every(isString),
    'options.authorizationParameters',
    'must be an object of strings',
  )
  rule(
    Array.isArray(spentRefreshToken) && spentRefreshToken.every(isString),
    'options.spentRefreshToken',
    'must be an array of strings',
  )
  rule(Array.isArray(resourceServers), 'options.resourceServers', 'must be an array')
  const { fetch } = options
  rule(fetch === undefined || typeof fetch === 'function', 'options.fetch', 'must be a function')
  rule(
    options.dpop === undefined || isObject(options.dpop),
    'options.dpop',
    'must be what dpop() returns',
  )

  const [scope, resource, audience] = [string('scope'), string('resource'), string('audience')]
  return {
    authorizationServer,
    issuer,
    clientId,
    parameters: {
      ...(scope === undefined ? {} : { scope }),
      ...(resource === undefined ? {} : { resource }),
      ...(audience === undefined ? {} : { audience }),
    },
    redirectUri: url('redirectUri'),
    postLogoutRedirectUri: url('postLogoutRedirectUri'),
    authorizationParameters,
    resourceServers,
    storage,
    sessionName: string('sessionName') ?? 'default',
    leewayMs: duration('leewayMs', 0, 60_000),
    refreshAhead,
    tokenRequestTimeoutMs: duration('tokenRequestTimeoutMs', 100, 10_000),
    spentRefreshToken: ['invalid_grant', ...spentRefreshToken],
    endSession: options.endSession,
    dpop: options.dpop,
    fetch: () => fetch ?? globalThis.fetch,
  }
}

const longestMs = 3_600_000
const urlRule = 'must be an absolute https URL without a fragment (http only on loopback)'

/** RFC 6749 §3.1.2: absolute and without a fragment; cleartext only where it never leaves the machine. */
function isAppUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || value.includes('#')) return false
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
}

function rule(holds: boolean, path: string, text: string): asserts holds {
  if (!holds) throw new TypeError(`${path} ${text}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isStore(value: unknown): boolean {
  return (
    isObject(value) && typeof value['read'] === 'function' && typeof value['update'] === 'function'
  )
}
