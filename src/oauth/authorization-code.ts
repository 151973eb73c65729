import {
  AuthorizationResponseError,
  None,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  validateAuthResponse,
  type AuthorizationServer,
} from 'oauth4webapi'
import { ConfigurationError, isTokenError, type TokenError } from '../core/errors.ts'
import { defined } from '../core/defined.ts'
import type { Clock, TokenReply, TokenStore } from '../core/ports.ts'
import { scopeSet, type TokenParameters } from '../core/token-set.ts'
import type { IdTokenClaims } from '../core/session-record.ts'
import type { DpopSupport } from './dpop.ts'
import { refuseOwned, withParameters } from './authorization-request.ts'
import { isCallback, responseInvalid, toCallbackError } from './callback.ts'
import { lenientClient, toRequestError } from './refresh-token-grant.ts'
import { parseReturnTo } from './return-to.ts'
import { createSignInTransactions, type SignInTransaction } from './sign-in-transactions.ts'
import { createExchange, insecureAllowed, isSuccess, type Exchange } from './token-endpoint.ts'
import { toTokenReply } from './token-response.ts'
import { readRefusal, toTransportError } from './translate-error.ts'

export interface SignInOptions {
  /** Where the app wants to be after sign-in: a path of this origin. Default: where it is now. */
  readonly returnTo?: string | undefined
  /** Default: the scope of the manager. */
  readonly scope?: string | undefined
  /** OpenID Connect's `prompt`, such as `'login'` or `'none'`. */
  readonly prompt?: string | undefined
  readonly loginHint?: string | undefined
  /** What a step-up asks for (RFC 9470). */
  readonly acrValues?: string | undefined
  readonly maxAgeSeconds?: number | undefined
  /** Further parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}

/** A sign-in that has come back with tokens. */
export interface RedeemedCode {
  readonly reply: TokenReply
  readonly scope?: string
  readonly nonce?: string
  readonly senderKey?: unknown
  readonly returnTo: string
}

export interface AuthorizationCode {
  /** Writes down a sign-in and returns the address to leave for. */
  begin(options: SignInOptions): Promise<string>
  isCallback(url: string): boolean
  /** Redeems the code; `undefined` if this browser has not begun that sign-in, or has finished it. */
  redeem(url: string): Promise<RedeemedCode | undefined>
}

/** The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1). */
export function createAuthorizationCode(options: {
  readonly clientId: string
  readonly parameters: TokenParameters
  readonly authorizationParameters: Readonly<Record<string, string>>
  readonly redirectUri: string | undefined
  readonly metadata: () => Promise<AuthorizationServer>
  readonly store: TokenStore
  /** Storage that has said nothing for so long has refused. */
  readonly storageWaitMs: number
  readonly key: string
  readonly clock: Clock
  readonly fetch: () => typeof globalThis.fetch
  readonly timeoutMs: number
  readonly dpop: DpopSupport | undefined
  readonly pageUrl: () => string
}): AuthorizationCode {
  const { clientId, redirectUri, metadata, clock, dpop, pageUrl } = options
  const transactions = createSignInTransactions(options)

  async function begin(wanted: SignInOptions): Promise<string> {
    if (!redirectUri) throw new TypeError('options.redirectUri is required for signIn()')
    // Browsers leave it out of insecure contexts, whatever the types say.
    if (!(globalThis.crypto as Partial<Crypto> | undefined)?.subtle) {
      throw new ConfigurationError(
        'UNSUPPORTED',
        'signIn() needs a secure context: https, or loopback.',
      )
    }
    const returnTo = parseReturnTo(wanted.returnTo ?? pageUrl(), pageUrl())
    if (returnTo === undefined && wanted.returnTo !== undefined) {
      throw new TypeError('returnTo must be a path of this origin')
    }
    const { maxAgeSeconds } = wanted
    if (maxAgeSeconds !== undefined && !(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
      throw new TypeError('maxAgeSeconds must be a whole number of seconds')
    }
    const further = { ...options.authorizationParameters, ...wanted.parameters }
    refuseOwned(further)

    const server = await metadata()
    const endpoint = server.authorization_endpoint
    if (!endpoint) {
      throw new ConfigurationError(
        'METADATA_INVALID',
        'authorizationServer: authorization_endpoint is required for signIn().',
      )
    }
    const scope = wanted.scope ?? options.parameters.scope
    const isOpenId = scope !== undefined && scopeSet(scope).includes('openid')
    const senderKey = await dpop?.createKeyPair()
    const transaction: SignInTransaction = defined({
      state: generateRandomState(),
      verifier: generateRandomCodeVerifier(),
      nonce: isOpenId ? generateRandomNonce() : undefined,
      redirectUri,
      scope,
      // The page's own address may be none that can be returned to: https://app.example//a
      returnTo: returnTo ?? '/',
      maxAgeSeconds,
      senderKey,
      createdAt: clock.now(),
    })
    await transactions.add(transaction)

    return withParameters(withParameters(endpoint, further), {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await calculatePKCECodeChallenge(transaction.verifier),
      code_challenge_method: 'S256',
      dpop_jkt: await dpop?.thumbprint(senderKey),
      scope,
      resource: options.parameters.resource,
      audience: options.parameters.audience,
      prompt: wanted.prompt,
      login_hint: wanted.loginHint,
      acr_values: wanted.acrValues,
      max_age: maxAgeSeconds?.toString(),
    })
  }

  async function redeem(url: string): Promise<RedeemedCode | undefined> {
    const callback = new URL(url)
    // Taken out before anything can fail: a callback that is opened again finds nothing (RFC 6749 §10.12).
    const transaction = await transactions.take(callback.searchParams.get('state') ?? '')
    if (!transaction) return undefined
    const server = await metadata()
    const parameters = readCallback(server, callback, transaction)
    const codes = parameters.getAll('code')
    if (codes.length !== 1 || codes[0] === '') throw responseInvalid('it does not hold one code')
    const { scope, nonce, senderKey } = transaction
    if (dpop && !dpop.isKeyPair(senderKey)) throw responseInvalid('its key is gone')
    const reply = await exchangeCode(server, parameters, transaction)
    const returnTo = parseReturnTo(transaction.returnTo, pageUrl()) ?? '/'
    return defined({ reply, scope, nonce, senderKey, returnTo })
  }

  /** The response parameters, if they answer this transaction: `iss` first, then `state`, then `error` (RFC 9207). */
  function readCallback(
    server: AuthorizationServer,
    callback: URL,
    transaction: SignInTransaction,
  ): URLSearchParams {
    try {
      return validateAuthResponse(server, { client_id: clientId }, callback, transaction.state)
    } catch (error) {
      if (error instanceof AuthorizationResponseError) {
        throw toCallbackError(error, [transaction.state])
      }
      throw responseInvalid('its parameters do not fit')
    }
  }

  async function exchangeCode(
    server: AuthorizationServer,
    parameters: URLSearchParams,
    transaction: SignInTransaction,
  ): Promise<TokenReply> {
    const { verifier, nonce, maxAgeSeconds, senderKey } = transaction
    const secrets = [verifier, ...parameters.getAll('code')]
    for (let isRetry = false; ; isRetry = true) {
      const exchange = createExchange(options)
      try {
        const response = await authorizationCodeGrantRequest(
          server,
          { client_id: clientId },
          None(),
          parameters,
          transaction.redirectUri,
          verifier,
          {
            [customFetch]: exchange.customFetch,
            [allowInsecureRequests]: insecureAllowed(server.token_endpoint ?? server.issuer),
            ...(dpop ? { DPoP: dpop.handle(senderKey) } : {}),
          },
        )
        const client = lenientClient(clientId, server, exchange.reply())
        const processed = await processAuthorizationCodeResponse(
          server,
          client,
          response,
          defined({ expectedNonce: nonce, maxAge: maxAgeSeconds }),
        )
        const claims = getValidatedIdTokenClaims(processed) as IdTokenClaims | undefined
        if (claims && claims.exp <= claims.iat)
          throw responseInvalid('its id_token was never valid')
        if (claims && isStale(claims, transaction))
          throw responseInvalid('the user authenticated too long ago')
        const reply = toTokenReply(processed, claims)
        if ((reply.tokenType === 'DPoP') !== (dpop !== undefined))
          throw responseInvalid(`token_type is ${reply.tokenType}`)
        return reply
      } catch (error) {
        // A server that wants a nonce has not used up the code (RFC 9449 §8).
        if (!isRetry && dpop?.isNonceError(error)) continue
        throw toRedemptionError(error, exchange, secrets)
      }
    }
  }

  /** Whether the sign-in rests on an older authentication than it allowed; the two clocks need not agree. */
  function isStale(
    { iat, auth_time = 0 }: IdTokenClaims,
    { maxAgeSeconds, createdAt }: SignInTransaction,
  ): boolean {
    if (maxAgeSeconds === undefined) return false
    const underWaySeconds = Math.ceil((clock.now() - createdAt) / 1_000)
    return iat - auth_time > maxAgeSeconds + underWaySeconds
  }

  function toRedemptionError(
    error: unknown,
    exchange: Exchange,
    secrets: readonly string[],
  ): TokenError {
    if (isTokenError(error)) return error
    const failure = exchange.failure()
    if (failure && failure !== 'withheld') return toTransportError(failure)
    const reply = exchange.reply()
    if (!reply) return toRequestError(error)
    if (isSuccess(reply.status) && reply.text.includes('access_token')) {
      return responseInvalid('its token response fails a check')
    }
    const refusal = readRefusal(reply, {
      deadGrant: ['invalid_grant'],
      secrets,
      now: clock.now(),
    })
    switch (refusal.kind) {
      case 'dead-grant':
        return responseInvalid('the code was refused', refusal.oauth)
      case 'unreadable':
        return responseInvalid('the code was refused', refusal.error.oauth)
      case 'transient':
      case 'configuration':
        return refusal.error
    }
  }

  return {
    begin,
    isCallback: (url) => redirectUri !== undefined && isCallback(url, redirectUri),
    redeem,
  }
}
