import {
  None,
  allowInsecureRequests,
  clockTolerance,
  customFetch,
  genericTokenEndpointRequest,
  getValidatedIdTokenClaims,
  processGenericTokenEndpointResponse,
  type AuthorizationServer,
  type Client,
} from 'oauth4webapi'
import { ConfigurationError, RefreshUnavailableError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'
import { isIdTokenClaims, type IdTokenClaims } from '../core/id-token-claims.ts'
import { isAccessToken } from '../core/record/token-set.ts'
import { defined } from '../core/defined.ts'
import { createCryptoBound } from './crypto-bound.ts'
import { nonceNotExposed, nonceOf, type DpopSupport } from './dpop.ts'
import { asymmetricAlgOf, decodeIdToken } from './id-token.ts'
import {
  createExchange,
  insecureAllowed,
  isSuccess,
  parseJsonObject,
  type Exchange,
  type Reply,
} from './token-endpoint.ts'
import { toTokenReply } from './token-response.ts'
import {
  readRefusal,
  toTransportError,
  type Refusal,
  type RefusalContext,
} from './translate-error.ts'
import type { TokenReply } from '../core/record/token-reply.ts'

export interface TokenRequestOptions {
  readonly clientId: string
  readonly metadata: () => Promise<AuthorizationServer>
  readonly fetch: () => typeof globalThis.fetch
  readonly clock: Clock
  readonly timeoutMs: number
  readonly dpop: DpopSupport | undefined
}

export interface Grant {
  readonly type: 'authorization_code' | 'refresh_token'
  readonly parameters: Readonly<Record<string, string>>
  /** Those of the parameters that must not come back in an error. */
  readonly secrets: readonly string[]
  /** The `error` words that mean that this grant is dead. */
  readonly deadGrant: readonly string[]
  readonly senderKey: unknown
  readonly senderNonce?: string | undefined
  readonly maySend?: () => boolean
}

/** Tokens that the server has given out. Whether they are for this session is left to the caller. */
export type Tokens =
  | { readonly kind: 'accepted'; readonly issuer: string; readonly reply: TokenReply }
  /** They fail a check, so what they say is not to be trusted. */
  | {
      readonly kind: 'unusable'
      readonly issuer: string
      readonly refreshToken: string | undefined
      readonly claims: IdTokenClaims | undefined
      readonly detail: string
    }

/** What became of one token request. */
export type TokenAnswer =
  | Tokens
  | Refusal
  /** `maySend` said no. */
  | { readonly kind: 'withheld' }
  /** The server wants a DPoP nonce, which is now known, and has not used up the grant (RFC 9449 §8). */
  | { readonly kind: 'nonce-required' }

/** Sends one grant to the token endpoint, at most once, as a public client. Never rejects. */
export async function requestTokens(
  options: TokenRequestOptions,
  grant: Grant,
): Promise<TokenAnswer> {
  const { clientId, dpop } = options
  const proving = createCryptoBound(options.clock)
  const maySend = (): boolean => proving.pass() && grant.maySend?.() !== false
  const exchange = createExchange({ ...options, maySend })
  let issuer = ''
  let proof = ''
  try {
    const server = await options.metadata()
    issuer = server.issuer
    await dpop?.learn(grant.senderKey, server.token_endpoint ?? issuer, grant.senderNonce)
    const request = genericTokenEndpointRequest(
      server,
      { client_id: clientId },
      None(),
      grant.type,
      grant.parameters,
      {
        [customFetch]: (url, outgoing) => {
          proof = outgoing.headers['dpop'] ?? ''
          return exchange.customFetch(url, outgoing)
        },
        [allowInsecureRequests]: insecureAllowed(server.token_endpoint ?? issuer),
        ...(dpop ? { DPoP: dpop.handle(grant.senderKey) } : {}),
      },
    )
    const response = await proving.bound(request)
    const client = lenientClient(clientId, server, exchange.reply())
    const processed = await processGenericTokenEndpointResponse(server, client, response)
    const claims = getValidatedIdTokenClaims(processed) as IdTokenClaims | undefined
    const reply = {
      ...toTokenReply(processed, claims, grant.secrets),
      ...defined({
        // A server that has nothing new to name takes the one it took once more (RFC 9449 §8.2).
        senderNonce: dpop && (exchange.reply()?.headers.get('dpop-nonce') ?? nonceOf(proof)),
      }),
    }
    const wrong = objectionTo(reply, dpop !== undefined)
    return wrong ? toUnusable(processed, issuer, wrong) : { kind: 'accepted', issuer, reply }
  } catch (error) {
    if (dpop?.isNonceError(error)) {
      return exchange.reply()?.headers.has('dpop-nonce')
        ? { kind: 'nonce-required' }
        : { kind: 'configuration', error: nonceNotExposed(issuer) }
    }
    return readFailed(exchange, { ...grant, now: options.clock.now() }, issuer, error)
  }
}

/** What is wrong with a reply that oauth4webapi does not object to. */
function objectionTo(
  { tokenType, accessToken, claims }: TokenReply,
  isBound: boolean,
): string | undefined {
  // A bearer token from a server that was asked for a bound one is worth nothing (RFC 9449 §5), nor
  // is a bound one without its key.
  if ((tokenType === 'DPoP') !== isBound) return `token_type is ${tokenType}`
  // A browser that is to send it would write it into its error.
  if (!isAccessToken(accessToken)) return 'access_token is not of printable ASCII'
  return claims && !isIdTokenClaims(claims) ? 'the claims of its id_token are odd' : undefined
}

function readFailed(
  exchange: Exchange,
  context: RefusalContext,
  issuer: string,
  error: unknown,
): TokenAnswer {
  const reply = exchange.reply()
  if (!reply) {
    const failure = exchange.failure()
    if (failure === 'withheld') return { kind: 'withheld' }
    if (failure) return { kind: 'transient', error: toTransportError(failure) }
    // Nothing was sent: the metadata cannot be had, or they do not do.
    return error instanceof RefreshUnavailableError
      ? { kind: 'transient', error }
      : { kind: 'configuration', error: toRequestError(error) }
  }
  const tokens = isSuccess(reply.status) ? parseJsonObject(reply.text) : undefined
  return tokens?.['access_token'] || tokens?.['refresh_token']
    ? toUnusable(tokens, issuer, detailOf(error))
    : readRefusal(reply, context)
}

function toUnusable(
  { refresh_token, id_token }: Readonly<Record<string, unknown>>,
  issuer: string,
  detail: string,
): Tokens {
  const refreshToken =
    typeof refresh_token === 'string' && refresh_token ? refresh_token : undefined
  const claims = typeof id_token === 'string' ? decodeIdToken(id_token) : undefined
  return { kind: 'unusable', issuer, refreshToken, claims, detail }
}

/** Longer than any clock can be wrong. */
const anyTime = 1e11

/**
 * A client that takes any asymmetric signature where the metadata does not say which (the token came
 * straight from the server, over TLS: OpenID Connect Core §3.1.3.7), and any time: a reply must not
 * be lost, and with it the refresh token, because the local clock is wrong.
 */
function lenientClient(
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
function toRequestError(error: unknown): ConfigurationError {
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
