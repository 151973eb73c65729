import type { AuthorizationServer as Metadata } from 'oauth4webapi'
import { pauseAfterMs } from '../core/rotation/back-off.ts'
import { ConfigurationError, RefreshUnavailableError, type TokenError } from '../core/errors.ts'
import { membersOf } from '../core/member-of.ts'
import type { Clock, Random, TokenStore } from '../core/ports.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { createExchange, isJsonObject, parseJsonObject } from './token-endpoint.ts'

/** Authorization server metadata in RFC 8414 spelling. Endpoints may be relative to the page. */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly authorization_endpoint?: string | undefined
  readonly revocation_endpoint?: string | undefined
  readonly end_session_endpoint?: string | undefined
  readonly id_token_signing_alg_values_supported?: readonly string[] | undefined
  readonly authorization_response_iss_parameter_supported?: boolean | undefined
  readonly [member: string]: unknown
}

export interface AuthorizationServer {
  /**
   * The metadata, from memory, from storage, or from the server. Rejects with a
   * {@link RefreshUnavailableError} if they cannot be had now, with a {@link ConfigurationError} if
   * they do not do.
   */
  metadata(): Promise<Metadata>
}

const cachedForMs = 86_400_000
const endpoints = [
  'token_endpoint',
  'authorization_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
] as const
/** What is read of metadata, here and by oauth4webapi. */
const read = [
  ...endpoints,
  'issuer',
  'authorization_response_iss_parameter_supported',
  'code_challenge_methods_supported',
  'id_token_signing_alg_values_supported',
]

/** The server a session is with: given by value, or discovered and kept for a day, also in storage. */
export function createAuthorizationServer(options: {
  readonly authorizationServer: string | AuthorizationServerMetadata
  readonly store: TokenStore
  readonly clock: Clock
  readonly random: Random
  readonly fetch: () => typeof globalThis.fetch
  readonly timeoutMs: number
  /** What relative endpoints are resolved against. */
  readonly optionsBase: string
  /** Told of every request that got through. */
  readonly noteAnswer?: () => void
}): AuthorizationServer {
  const { authorizationServer, store, clock } = options
  let known: Promise<Metadata> | undefined
  let latest: Metadata | undefined
  let renewAtMonotonic = Infinity
  let failures = 0
  let failingSince = 0
  let pauseMs = 0
  let failed: { readonly error: unknown; readonly untilMonotonic: number } | undefined

  function metadata(): Promise<Metadata> {
    if (failed && clock.monotonic() < failed.untilMonotonic) return Promise.reject(failed.error)
    if (clock.monotonic() >= renewAtMonotonic) known = undefined
    known ??= load().catch((error: unknown) => {
      known = undefined
      // Discovery that fails is not asked for again at once, by however many calls.
      failed = { error, untilMonotonic: clock.monotonic() + pauseMs }
      failures += 1
      throw error
    })
    return known
  }

  async function load(): Promise<Metadata> {
    if (typeof authorizationServer === 'object') {
      return check(authorizationServer, options.optionsBase)
    }
    renewAtMonotonic = Infinity
    if (failures === 0) failingSince = clock.monotonic()
    pauseMs = pauseAfterMs({
      attempt: failures + 1,
      outageMs: clock.monotonic() - failingSince,
      fraction: options.random.fraction(),
    })
    latest = await discover(authorizationServer)
    renewAtMonotonic = clock.monotonic() + cachedForMs
    failures = 0
    return latest
  }

  async function discover(issuer: string): Promise<Metadata> {
    const key = `metadata ${issuer}`
    const cached = readCached(await store.read(key).catch(() => undefined), issuer)
    const isFresh = cached && Math.abs(clock.now() - cached.fetchedAt) < cachedForMs
    if (isFresh) return cached.metadata
    try {
      const found = await fetchMetadata(issuer)
      const put = { fetchedAt: clock.now(), metadata: found }
      // Nobody waits for the copy: it spares the next page a request, no more.
      store.update(key, () => ({ put, result: undefined })).catch(() => undefined)
      return found
    } catch (error) {
      // Stale metadata keep people signed in; a discovery endpoint that is down would not.
      const stale = cached?.metadata ?? latest
      if (stale && error instanceof RefreshUnavailableError) return stale
      throw error
    }
  }

  async function fetchMetadata(issuer: string): Promise<Metadata> {
    const url = parseUrl(issuer, 'issuer')
    const path = url.pathname.replace(/\/$/, '')
    const oidc = await ask(`${url.origin}${path}/.well-known/openid-configuration`)
    const last = oidc.isElsewhere
      ? await ask(`${url.origin}/.well-known/oauth-authorization-server${path}`)
      : oidc
    if (last.found) return checkDiscovered(last.found, issuer)
    const absent = invalid('issuer', `${url.href} has no metadata at its well-known addresses`)
    throw oidc.error ?? last.error ?? absent
  }

  /**
   * Asks for one discovery document, which is `isElsewhere` perhaps: where the server knows of none, or
   * shows it to no page of another origin. A server that is in trouble, or silent, is not asked twice.
   */
  async function ask(address: string): Promise<{
    readonly found?: Record<string, unknown>
    readonly error?: RefreshUnavailableError
    readonly isElsewhere?: boolean
  }> {
    const { fetch, timeoutMs } = options
    const exchange = createExchange({ fetch, clock, timeoutMs })
    const response = await exchange
      .customFetch(address, { method: 'GET', headers: { accept: 'application/json' } })
      .catch(() => undefined)
    if (response) options.noteAnswer?.()
    if (response?.status === 404) return { isElsewhere: true }
    // What is not JSON comes from somebody in between.
    const found = response?.ok ? parseJsonObject(await response.text()) : undefined
    if (found) return { found }
    const isSilent = exchange.failure() === 'timeout'
    const error = new RefreshUnavailableError(
      response ? 'SERVER_UNAVAILABLE' : isSilent ? 'TIMEOUT' : 'NETWORK',
      `The metadata at ${address} could not be fetched (network, CORS, or the server is down).`,
      { outcome: 'not-sent', retryAt: clock.now() + pauseMs },
    )
    const status = exchange.reply()?.status ?? 0
    return { error, isElsewhere: !isSilent && status !== 429 && status < 500 }
  }

  return { metadata }
}

function readCached(
  stored: unknown,
  issuer: string,
): { readonly fetchedAt: number; readonly metadata: Metadata } | undefined {
  if (!isJsonObject(stored) || typeof stored['fetchedAt'] !== 'number') return undefined
  try {
    return {
      fetchedAt: stored['fetchedAt'],
      metadata: checkDiscovered(stored['metadata'], issuer),
    }
  } catch {
    return undefined
  }
}

/** The refresh token of one server must not be sent to another. */
function checkDiscovered(given: unknown, issuer: string): Metadata {
  const metadata = check(given, issuer)
  const isOwn =
    URL.canParse(metadata.issuer) && new URL(metadata.issuer).href === new URL(issuer).href
  if (isOwn) return metadata
  throw invalid('issuer', `${issuer} is not the one its metadata name: ${metadata.issuer}`)
}

/**
 * A copy with absolute endpoints that may be used; throws a {@link ConfigurationError} that names what
 * is wrong. It inherits nothing: an endpoint that another script has put on `Object.prototype` would be
 * sent the refresh token. Aliases are for clients with a certificate, and would be a way around the check.
 */
function check(given: unknown, base: string): Metadata {
  if (!isJsonObject(given)) throw invalid('metadata', 'must be an object')
  const members = membersOf(given, read)
  if (typeof members['issuer'] !== 'string') throw invalid('issuer', 'must be a string')
  // An empty address would lead to whatever it is resolved against.
  if ((members['token_endpoint'] ?? '') === '') throw invalid('token_endpoint', 'is required')
  for (const name of endpoints) {
    const value = members[name]
    if (value === undefined || value === '') continue
    if (typeof value !== 'string') throw invalid(name, 'must be a string')
    members[name] = parseUrl(value, name, base).href
  }
  return members as unknown as Metadata
}

function parseUrl(value: string, name: string, base?: string): URL {
  if (!URL.canParse(value, base)) throw invalid(name, 'must be a URL')
  const url = new URL(value, base)
  // No fetch takes such an address, and it would look like a server that cannot be reached.
  if (url.username || url.password) throw invalid(name, 'must not hold credentials')
  if (!isSecureUrl(url)) {
    throw new ConfigurationError(
      'INSECURE_ENDPOINT',
      `authorizationServer: ${name} must be https (http only on loopback).`,
    )
  }
  return url
}

function invalid(name: string, rule: string): TokenError {
  return new ConfigurationError('METADATA_INVALID', `authorizationServer: ${name} ${rule}.`)
}
