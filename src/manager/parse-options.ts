import {
  checkedMembers,
  hasMethods,
  isFunction,
  mustBe,
  texts,
  word,
  type Rule,
} from '../core/checked-members.ts'
import { defined } from '../core/defined.ts'
import type { TokenStore } from '../core/ports.ts'
import { memberOf } from '../core/member-of.ts'
import { toTokenParameters, type TokenParameters } from '../core/record/token-set.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { isObject, isString, isWord } from '../core/shape.ts'
import type { IdleSupport } from '../core/session/idle-support.ts'
import type { RefreshAhead } from '../core/session/refresh-schedule.ts'
import type { ResourceServerOptions } from '../http/resource-servers.ts'
import type { AuthorizationServerMetadata } from '../oauth/server-metadata.ts'
import type { CourierSupport } from '../core/rotation/courier-support.ts'
import type { DpopSupport } from '../oauth/dpop.ts'
import type { EndSessionOptions } from '../oauth/end-session.ts'
import type { TokenManagerOptions } from './token-manager-options.ts'

/** The options, checked and complete. */
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
  readonly courier: CourierSupport | undefined
  readonly idle: IdleSupport | undefined
  /** Whether the app brings its own along. */
  readonly hasOwnFetch: boolean
  readonly fetch: () => typeof globalThis.fetch
}

const uri: Rule = [
  (value) => toUri(value, 'https://app.example') !== undefined,
  'an https URL (http only on loopback), a path (/callback) or a URL of an own scheme (com.example:/), without fragment',
]
const rules: Readonly<Record<keyof TokenManagerOptions, Rule>> = {
  authorizationServer: [
    (value) =>
      isObject(value)
        ? isWord(memberOf(value, 'issuer'))
        : isWord(value) && !value.includes('/.well-known/'),
    'an issuer identifier, without /.well-known/, or metadata with an issuer',
  ],
  clientId: word,
  scope: word,
  audience: word,
  resource: word,
  redirectUri: uri,
  postLogoutRedirectUri: uri,
  authorizationParameters: texts,
  resourceServers: [Array.isArray, 'an array'],
  storage: [
    (value) => value === 'indexeddb' || value === 'memory' || hasMethods(value, 'read', 'update'),
    "'indexeddb', 'memory' or a store with read() and update()",
  ],
  sessionName: word,
  // The tenth of a token's life bounds it, and a token may live for years.
  leewayMs: duration(0, 366 * 24 * 3_600_000),
  refreshAhead: [
    (value) => value === 'in-use' || value === 'visible' || value === 'never',
    "'in-use', 'visible' or 'never'",
  ],
  tokenRequestTimeoutMs: duration(100),
  patienceMs: duration(0),
  spentRefreshToken: [
    (value) => Array.isArray(value) && value.every(isString),
    'an array of strings',
  ],
  endSession: [
    (value) => isObject(value) && isAddress(memberOf(value, 'url')),
    'an object with an https url',
  ],
  dpop: madeBy('dpop', 'createKeyPair'),
  courier: madeBy('courier', 'createMail'),
  idle: madeBy('idle', 'watch'),
  fetch: [isFunction, 'a function'],
}

const required = ['authorizationServer', 'clientId']

const defaults = {
  authorizationParameters: {},
  resourceServers: [],
  storage: 'indexeddb',
  sessionName: 'default',
  leewayMs: 60_000,
  refreshAhead: 'in-use',
  tokenRequestTimeoutMs: 10_000,
  patienceMs: 5_000,
} as const

/** Checks every option; a `TypeError` names the option and the rule. */
export function parseOptions(options: TokenManagerOptions): Settings {
  // An option nobody reads is a typing mistake, or a secret that must not be in a browser.
  const names = isObject(options) ? Object.keys(options) : []
  const stranger = names.find((name) => !Object.hasOwn(rules, name))
  if (stranger !== undefined) {
    const known = Object.keys(rules).join(', ')
    throw new TypeError(`options.${stranger} is not an option; there are ${known}`)
  }
  const read = checkedMembers('options', options, rules, required) as unknown as TokenManagerOptions
  const { authorizationServer, spentRefreshToken = [], fetch } = read
  return {
    // What is not there at all may be inherited, from what another script has put on Object.prototype.
    ...(read as { [K in keyof TokenManagerOptions]-?: TokenManagerOptions[K] | undefined }),
    ...defaults,
    ...defined(read),
    issuer:
      typeof authorizationServer === 'string'
        ? authorizationServer
        : String(memberOf(authorizationServer, 'issuer')),
    ...(read.endSession && { endSession: parseEndSession(read.endSession) }),
    parameters: toTokenParameters(read),
    spentRefreshToken: ['invalid_grant', ...spentRefreshToken],
    hasOwnFetch: fetch !== undefined,
    fetch: () => fetch ?? globalThis.fetch,
  }
}

function parseEndSession(given: EndSessionOptions): EndSessionOptions {
  const members = { url: word, returnToParameter: word, clientIdParameter: word }
  return checkedMembers('options.endSession', given, members) as unknown as EndSessionOptions
}

function duration(leastMs: number, mostMs = 3_600_000): Rule {
  return [
    (value) => typeof value === 'number' && value >= leastMs && value <= mostMs,
    `a number of ms from ${leastMs} to ${mostMs}`,
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
  if (value === undefined) return undefined
  const resolved = toUri(value, new URL(pageUrl).origin)
  if (resolved === undefined) throw mustBe(`options.${name}`, uri[1])
  return resolved
}

function toUri(value: unknown, origin: string): string | undefined {
  if (isAddress(value) || isOwnScheme(value)) return value
  // One that was to be absolute may lack its scheme.
  const isPath = isString(value) && /^\/(?![/\\])[^#]*$/.test(value)
  if (!isPath || !URL.canParse(value, origin)) return undefined
  const url = new URL(value, origin)
  return url.origin === origin && isSecureUrl(url) ? url.href : undefined
}

/**
 * RFC 6749 §3.1.2: absolute and without a fragment; cleartext only where it never leaves the machine.
 * What a parser drops or mends without a word would be sent as it is, and fit nothing that is registered.
 */
function isAddress(value: unknown): value is string {
  if (!isUri(value) || /[\s\p{Cc}\\]/u.test(value)) return false
  const url = new URL(value)
  return isSecureUrl(url) && !url.username && !url.password
}

/** RFC 8252 §7.1: the scheme of an installed app has a dot in it, so it is never `javascript:`. */
function isOwnScheme(value: unknown): value is string {
  return isUri(value) && /^[a-z][\w+-]*\.[\w.+-]*:\/[!-~]*$/i.test(value)
}

function isUri(value: unknown): value is string {
  return isString(value) && URL.canParse(value) && !value.includes('#')
}

function madeBy(maker: string, method: string): Rule {
  return [(value) => hasMethods(value, method), `what ${maker}() returns`]
}
