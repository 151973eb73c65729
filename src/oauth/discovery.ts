import type { AuthorizationServer as Metadata } from 'oauth4webapi'
import { pauseAfterMs } from '../core/rotation/back-off.ts'
import { RefreshUnavailableError } from '../core/errors.ts'
import type { Clock, Random, TokenStore } from '../core/ports.ts'
import { isObject } from '../core/shape.ts'
import { exchange, isSuccess } from './exchange.ts'
import {
  metadataInvalid,
  parseDiscovered,
  parseMetadata,
  parseSecureUrl,
  type AuthorizationServerMetadata,
} from './server-metadata.ts'

const cachedForMs = 86_400_000

/**
 * Returns what gives the metadata of the server that a session is with: given by value, or discovered
 * and kept for a day, in memory and in storage. It rejects with a {@link RefreshUnavailableError} if
 * they cannot be had now, with a {@link ConfigurationError} if they do not do.
 */
export function createDiscovery(options: {
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
}): () => Promise<Metadata> {
  const { authorizationServer, store, clock } = options
  let known: Promise<Metadata>
  /** By the monotonic clock. A failure is kept, too, so that no number of calls asks again at once. */
  let keptUntil = 0
  let latest: Metadata | undefined
  let failures = 0
  let failingSince = 0
  let pauseMs = 0

  function metadata(): Promise<Metadata> {
    if (clock.monotonic() >= keptUntil) known = load()
    return known
  }

  async function load(): Promise<Metadata> {
    keptUntil = Infinity
    if (typeof authorizationServer === 'object') {
      return parseMetadata(authorizationServer, options.optionsBase)
    }
    if (failures === 0) failingSince = clock.monotonic()
    failures += 1
    pauseMs = pauseAfterMs({
      attempt: failures,
      outageMs: clock.monotonic() - failingSince,
      fraction: options.random.fraction(),
    })
    let keptForMs = pauseMs
    try {
      latest = await discover(authorizationServer)
      failures = 0
      keptForMs = cachedForMs
      return latest
    } finally {
      keptUntil = clock.monotonic() + keptForMs
    }
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
    const url = parseSecureUrl(issuer, 'issuer')
    const path = url.pathname.replace(/\/$/, '')
    const oidc = await ask(`${url.origin}${path}/.well-known/openid-configuration`)
    const last = oidc.isElsewhere
      ? await ask(`${url.origin}/.well-known/oauth-authorization-server${path}`)
      : oidc
    if (last.found) return parseDiscovered(last.found, issuer)
    const why = `${url.href} has no metadata at its well-known addresses`
    throw oidc.error ?? last.error ?? metadataInvalid('issuer', why)
  }

  /**
   * Asks for one discovery document, which is `isElsewhere` perhaps: where the server knows of none, or
   * shows it to no page of another origin. A server that is in trouble, or silent, is not asked twice.
   */
  async function ask(address: string): Promise<{
    readonly found?: Readonly<Record<string, unknown>>
    readonly error?: RefreshUnavailableError
    readonly isElsewhere?: boolean
  }> {
    const reply = await exchange(options, address, {
      method: 'GET',
      headers: { accept: 'application/json' },
    })
    const failing = (code: 'NETWORK' | 'TIMEOUT' | 'SERVER_UNAVAILABLE', isElsewhere: boolean) => ({
      error: new RefreshUnavailableError(
        code,
        `The metadata at ${address} could not be fetched (network, CORS, or the server is down).`,
        { outcome: 'not-sent', retryAt: clock.now() + pauseMs },
      ),
      isElsewhere,
    })
    if (reply === 'timeout') return failing('TIMEOUT', false)
    if (typeof reply === 'string') return failing('NETWORK', true)
    options.noteAnswer?.()
    const { status, json } = reply
    if (status === 404) return { isElsewhere: true }
    // What is not JSON comes from somebody in between.
    if (json && isSuccess(status)) return { found: json }
    return failing('SERVER_UNAVAILABLE', status !== 429 && status < 500)
  }

  return metadata
}

function readCached(
  stored: unknown,
  issuer: string,
): { readonly fetchedAt: number; readonly metadata: Metadata } | undefined {
  if (!isObject(stored) || typeof stored['fetchedAt'] !== 'number') return undefined
  try {
    return {
      fetchedAt: stored['fetchedAt'],
      metadata: parseDiscovered(stored['metadata'], issuer),
    }
  } catch {
    return undefined
  }
}
