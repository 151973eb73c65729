import {
  None,
  allowInsecureRequests,
  clockTolerance,
  customFetch,
  getValidatedIdTokenClaims,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type AuthorizationServer,
  type Client,
} from 'oauth4webapi'
import { ConfigurationError, RefreshUnavailableError } from '../core/errors.ts'
import type {
  Clock,
  RefreshOutcome,
  RefreshRequest,
  TokenEndpoint,
  TokenReply,
} from '../core/ports.ts'
import type { IdTokenClaims } from '../core/session-record.ts'
import type { DpopSupport } from './dpop.ts'
import { asymmetricAlgOf, compareIdToken, decodeIdToken } from './id-token.ts'
import { revokeToken } from './revocation.ts'
import {
  createExchange,
  insecureAllowed,
  isSuccess,
  parseJsonObject,
  type Exchange,
  type Reply,
} from './token-endpoint.ts'
import { toTokenReply } from './token-response.ts'
import { readRefusal, toTransportError, unavailable } from './translate-error.ts'

export interface TokenEndpointOptions {
  readonly clientId: string
  readonly metadata: () => Promise<AuthorizationServer>
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  readonly timeoutMs: number
  /** The `error` words that mean a dead refresh token. */
  readonly spentRefreshToken: readonly string[]
  readonly dpop: DpopSupport | undefined
}

/** The refresh token grant (RFC 6749 §6) at one server, for one public client. */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { clientId, metadata, fetch, clock, timeoutMs, dpop } = options

  async function refresh(request: RefreshRequest): Promise<RefreshOutcome> {
    const { refreshToken, parameters, senderKey, maySend } = request
    if (dpop && !dpop.isKeyPair(senderKey)) return { kind: 'key-lost' }
    const exchange = createExchange({ fetch, clock, timeoutMs, maySend })
    let server: AuthorizationServer | undefined
    try {
      server = await metadata()
      const response = await refreshTokenGrantRequest(
        server,
        { client_id: clientId },
        None(),
        refreshToken,
        {
          additionalParameters: { ...parameters },
          [customFetch]: exchange.customFetch,
          [allowInsecureRequests]: insecureAllowed(server.token_endpoint ?? server.issuer),
          ...(dpop ? { DPoP: dpop.handle(senderKey) } : {}),
        },
      )
      const client = lenientClient(clientId, server, exchange.reply())
      const processed = await processRefreshTokenResponse(server, client, response)
      const claims = getValidatedIdTokenClaims(processed) as IdTokenClaims | undefined
      return readAccepted(toTokenReply(processed, claims), request, server.issuer)
    } catch (error) {
      if (dpop?.isNonceError(error)) return { kind: 'nonce-required' }
      return readFailed(exchange, request, server?.issuer ?? '', error)
    }
  }

  /** A reply that oauth4webapi has nothing against; the rest of the comparisons is left to its caller. */
  function readAccepted(
    reply: TokenReply,
    { previous }: RefreshRequest,
    issuer: string,
  ): RefreshOutcome {
    const mismatch = reply.claims && compareIdToken(reply.claims, previous, issuer)
    if (mismatch === 'other-subject') {
      return { kind: 'subject-changed', ...salvage(reply.refreshToken) }
    }
    if (mismatch) return unusable(reply.refreshToken, 'the id_token is not for this session')
    // A bearer token from a server that was asked for a bound one is worth nothing (RFC 9449 §5), nor
    // is a bound one without its key.
    if ((reply.tokenType === 'DPoP') !== (dpop !== undefined)) {
      return unusable(reply.refreshToken, `token_type is ${reply.tokenType}`)
    }
    return { kind: 'accepted', reply }
  }

  function readFailed(
    exchange: Exchange,
    { refreshToken, previous }: RefreshRequest,
    issuer: string,
    error: unknown,
  ): RefreshOutcome {
    const failure = exchange.failure()
    if (failure === 'withheld') return { kind: 'withheld' }
    if (failure) return { kind: 'transient', error: toTransportError(failure) }
    const reply = exchange.reply()
    if (!reply) {
      // Nothing was sent: the metadata cannot be had, or they do not do.
      return error instanceof RefreshUnavailableError
        ? { kind: 'transient', error }
        : { kind: 'configuration', error: toRequestError(error) }
    }
    const tokens = isSuccess(reply.status) ? parseJsonObject(reply.text) : undefined
    if (tokens?.['access_token'] || tokens?.['refresh_token']) {
      return readUnusable(tokens, previous, issuer, detailOf(error))
    }
    const refusal = readRefusal(reply, {
      deadGrant: options.spentRefreshToken,
      secrets: [refreshToken],
      now: clock.now(),
    })
    switch (refusal.kind) {
      case 'dead-grant':
        return { kind: 'rejected', oauth: refusal.oauth }
      case 'unreadable':
        return { kind: 'refused', error: refusal.error }
      case 'transient':
      case 'configuration':
        return refusal
    }
  }

  return {
    async prepare() {
      await metadata()
    },
    refresh,
    revoke: (token) => revokeToken({ ...options, token }),
  }
}

/** The server has rotated, but its reply fails a check. The new refresh token is the only one left. */
function readUnusable(
  tokens: Record<string, unknown>,
  previous: RefreshRequest['previous'],
  issuer: string,
  detail: string,
): RefreshOutcome {
  const { refresh_token, id_token } = tokens
  const claims = typeof id_token === 'string' ? decodeIdToken(id_token) : undefined
  return claims && compareIdToken(claims, previous, issuer) === 'other-subject'
    ? { kind: 'subject-changed', ...salvage(refresh_token) }
    : unusable(refresh_token, detail)
}

function unusable(refreshToken: unknown, detail: string): RefreshOutcome {
  const error = unavailable('RESPONSE_INVALID', 'unknown', undefined, detail)
  return { kind: 'unusable', ...salvage(refreshToken), error }
}

function salvage(refreshToken: unknown): { readonly refreshToken?: string } {
  return typeof refreshToken === 'string' && refreshToken ? { refreshToken } : {}
}

/** Longer than any clock can be wrong. */
const anyTime = 1e11

/**
 * A client that takes any asymmetric signature where the metadata does not say which (the token came
 * straight from the server, over TLS: OpenID Connect Core §3.1.3.7), and any time: a reply must not
 * be lost, and with it the refresh token, because the local clock is wrong.
 */
export function lenientClient(
  clientId: string,
  server: AuthorizationServer,
  reply: Reply | undefined,
): Client {
  const idToken = reply && parseJsonObject(reply.text)?.['id_token']
  const alg =
    server.id_token_signing_alg_values_supported === undefined && typeof idToken === 'string'
      ? asymmetricAlgOf(idToken)
      : undefined
  return {
    client_id: clientId,
    [clockTolerance]: anyTime,
    ...(alg === undefined ? {} : { id_token_signed_response_alg: alg }),
  }
}

/** An endpoint that may not be used, or is not there: found before anything was sent. */
export function toRequestError(error: unknown): ConfigurationError {
  if (error instanceof ConfigurationError) return error
  const isInsecure = codeOf(error) === 'OAUTH_HTTP_REQUEST_FORBIDDEN'
  return new ConfigurationError(
    isInsecure ? 'INSECURE_ENDPOINT' : 'METADATA_INVALID',
    isInsecure
      ? 'An endpoint of the authorization server is not https: nothing was sent.'
      : `The request to the authorization server could not be made (${detailOf(error)}): nothing was sent.`,
  )
}

/** What oauth4webapi objects to. Its messages name members and claims; the values are in `cause`. */
function detailOf(error: unknown): string {
  return error instanceof Error && codeOf(error).startsWith('OAUTH_')
    ? error.message
    : codeOf(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
}
