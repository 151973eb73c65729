import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
  type AuthorizationServer as Metadata,
} from 'oauth4webapi'
import { backOffMs } from '../core/back-off.ts'
import { ConfigurationError, RefreshUnavailableError, type TokenError } from '../core/errors.ts'
import type { Clock, Random, TokenStore } from '../core/ports.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { createExchange, insecureAllowed, isSuccess, parseJsonObject } from './token-endpoint.ts'

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

/** The server a session is with: given by value, or discovered and kept for a day, also in storage. */
export function createAuthorizationServer(options: {
  readonly authorizationServer: string | AuthorizationServerMetadata
  readonly store: TokenStore
  readonly clock: Clock
  readonly random: Random
  readonly fetch: () => typeof globalThis.fetch
  readonly timeoutMs: number
  readonly pageUrl: () => string
}): AuthorizationServer {
  const { authorizationServer, store, clock } = options
  let known: Promise<Metadata> | undefined
  let latest: Metadata | undefined
  let renewAtMonotonic = Infinity
  let failures = 0
  let failed: { readonly error: unknown; readonly untilMonotonic: number } | undefined

  function metadata(): Promise<Metadata> {
    if (failed && clock.monotonic() < failed.untilMonotonic) return Promise.reject(failed.error)
    if (clock.monotonic() >= renewAtMonotonic) known = undefined
    known ??= load().catch((error: unknown) => {
      known = undefined
      throw holdOff(error)
    })
    return known
  }

  async function load(): Promise<Metadata> {
    if (typeof authorizationServer === 'object') {
      return check(authorizationServer, options.pageUrl())
    }
    renewAtMonotonic = Infinity
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
      await store.update(key, () => ({ put, result: undefined })).catch(() => undefined)
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
    const oidc = await ask(url, 'oidc')
    const found = oidc ?? (await ask(url, 'oauth2'))
    if (!found) throw invalid('issuer', `${url.href} has no metadata at its well-known addresses`)
    return check(found, issuer)
  }

  /** One discovery document, or nothing where the server knows of none. */
  async function ask(issuer: URL, algorithm: 'oidc' | 'oauth2'): Promise<Metadata | undefined> {
    const { fetch, timeoutMs } = options
    const exchange = createExchange({ fetch, clock, timeoutMs })
    try {
      const response = await discoveryRequest(issuer, {
        algorithm,
        [customFetch]: exchange.customFetch,
        [allowInsecureRequests]: insecureAllowed(issuer.href),
      })
      return await processDiscoveryResponse(issuer, response)
    } catch {
      const reply = exchange.reply()
      if (reply?.status === 404) return undefined
      if (reply && isSuccess(reply.status) && parseJsonObject(reply.text)) {
        const named = parseJsonObject(reply.text)?.['issuer']
        throw invalid('issuer', `${issuer.href} is not the one its metadata name: ${String(named)}`)
      }
      throw new RefreshUnavailableError(
        reply ? 'SERVER_UNAVAILABLE' : exchange.failure() === 'timeout' ? 'TIMEOUT' : 'NETWORK',
        `The metadata of ${issuer.href} could not be fetched (network, CORS, or the server is down).`,
        { outcome: 'not-sent' },
      )
    }
  }

  /** Discovery that fails is not asked for again at once, by however many calls. */
  function holdOff(error: unknown): unknown {
    failures += 1
    const delayMs = backOffMs(failures, options.random.fraction())
    const held = error instanceof RefreshUnavailableError ? heldOff(error, delayMs) : error
    failed = { error: held, untilMonotonic: clock.monotonic() + delayMs }
    return held
  }

  function heldOff(
    { code, message, outcome }: RefreshUnavailableError,
    delayMs: number,
  ): RefreshUnavailableError {
    return new RefreshUnavailableError(code, message, { outcome, retryAt: clock.now() + delayMs })
  }

  return { metadata }
}

function readCached(
  stored: unknown,
  issuer: string,
): { readonly fetchedAt: number; readonly metadata: Metadata } | undefined {
  const isEntry =
    typeof stored === 'object' &&
    stored !== null &&
    'fetchedAt' in stored &&
    typeof stored.fetchedAt === 'number' &&
    'metadata' in stored
  if (!isEntry) return undefined
  try {
    const metadata = check(stored.metadata, issuer)
    // The refresh token of one server must not be sent to another.
    const isSameIssuer = new URL(metadata.issuer).href === new URL(issuer).href
    return isSameIssuer ? { fetchedAt: Number(stored.fetchedAt), metadata } : undefined
  } catch {
    return undefined
  }
}

/** A copy with absolute endpoints that may be used; throws a {@link ConfigurationError} that names what is wrong. */
function check(given: unknown, base: string): Metadata {
  if (typeof given !== 'object' || given === null) throw invalid('metadata', 'must be an object')
  const members: Record<string, unknown> = { ...given }
  if (typeof members['issuer'] !== 'string') throw invalid('issuer', 'must be a string')
  if (members['token_endpoint'] === undefined) throw invalid('token_endpoint', 'is required')
  for (const name of endpoints) {
    const value = members[name]
    if (value === undefined) continue
    if (typeof value !== 'string') throw invalid(name, 'must be a string')
    members[name] = parseUrl(value, name, base).href
  }
  return { ...members, issuer: members['issuer'] }
}

function parseUrl(value: string, name: string, base?: string): URL {
  if (!URL.canParse(value, base)) throw invalid(name, 'must be a URL')
  const url = new URL(value, base)
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
