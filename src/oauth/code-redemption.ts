import type { AuthorizationServer } from 'oauth4webapi'
import { defined } from '../core/defined.ts'
import type { TokenReply } from '../core/ports.ts'
import type { IdTokenClaims } from '../core/session-record.ts'
import type { TokenParameters } from '../core/token-set.ts'
import { responseInvalid, toCallbackError } from './callback.ts'
import { parseReturnTo } from './return-to.ts'
import type { SignInTransaction } from './sign-in-transactions.ts'
import { requestTokens, type TokenRequestOptions } from './token-request.ts'

/** A sign-in that has come back with tokens. */
export interface RedeemedCode {
  readonly reply: TokenReply
  readonly scope?: string
  readonly nonce?: string
  readonly senderKey?: unknown
  readonly returnTo: string
}

export interface RedemptionOptions extends TokenRequestOptions {
  readonly parameters: TokenParameters
  readonly pageUrl: () => string
}

/** Redeems the code of a callback that answers this transaction. */
export async function redeemCode(
  options: RedemptionOptions,
  callback: URL,
  transaction: SignInTransaction,
): Promise<RedeemedCode> {
  const { dpop, pageUrl } = options
  const { scope, nonce, senderKey } = transaction
  const code = readCode(await options.metadata(), callback, transaction)
  if (dpop && !dpop.isKeyPair(senderKey)) throw responseInvalid('its key is gone')
  const reply = await exchangeCode(options, code, transaction)
  checkClaims(reply.claims, transaction, options.clock.now())
  const returnTo = parseReturnTo(transaction.returnTo, pageUrl()) ?? '/'
  return defined({ reply, scope, nonce, senderKey, returnTo })
}

/**
 * The code, if the callback answers this transaction, which was found by its `state`: `iss` first, then
 * `error` (RFC 9207). A parameter that comes twice says nothing, and one of another response type was
 * not asked for.
 */
function readCode(
  server: AuthorizationServer,
  { searchParams }: URL,
  { state }: SignInTransaction,
): string {
  const iss = searchParams.get('iss')
  const isFitting =
    (iss ? iss === server.issuer : !server.authorization_response_iss_parameter_supported) &&
    ['code', 'state', 'iss', 'error'].every((name) => searchParams.getAll(name).length <= 1) &&
    !['id_token', 'token', 'response'].some((name) => searchParams.has(name))
  if (!isFitting) throw responseInvalid('its parameters do not fit')
  const error = searchParams.get('error')
  if (error) {
    const error_description = searchParams.get('error_description')
    throw toCallbackError({ error, error_description }, [state])
  }
  const code = searchParams.get('code')
  if (!code) throw responseInvalid('it does not hold a code')
  return code
}

async function exchangeCode(
  options: RedemptionOptions,
  code: string,
  { redirectUri, verifier, senderKey }: SignInTransaction,
): Promise<TokenReply> {
  const send = (): ReturnType<typeof requestTokens> =>
    requestTokens(options, {
      type: 'authorization_code',
      parameters: defined({
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        // What the code was asked for does not say what this one token is for (RFC 8707 §2.2).
        resource: options.parameters.resource,
      }),
      secrets: [verifier, code],
      deadGrant: ['invalid_grant'],
      senderKey,
    })
  let answer = await send()
  if (answer.kind === 'nonce-required') answer = await send()
  switch (answer.kind) {
    case 'accepted':
      return answer.reply
    case 'unusable':
      throw responseInvalid(`its token response fails a check (${answer.detail})`)
    case 'transient':
    case 'configuration':
      throw answer.error
    case 'dead-grant':
      throw responseInvalid('the code was refused', answer.oauth)
    case 'unreadable':
      throw responseInvalid('the code was refused', answer.error.oauth)
    case 'nonce-required':
    case 'withheld':
      throw responseInvalid('the code was refused')
  }
}

/**
 * Whether the `id_token` is for this sign-in (OpenID Connect Core §3.1.3.7). A nonce that was sent has
 * to come back, so there is no doing without the token then, and none that was not sent may come.
 */
function checkClaims(
  claims: IdTokenClaims | undefined,
  { nonce, maxAgeSeconds, createdAt }: SignInTransaction,
  now: number,
): void {
  if (claims?.nonce !== nonce) throw responseInvalid('its id_token has another nonce')
  if (claims && claims.exp <= claims.iat) throw responseInvalid('its id_token was never valid')
  if (maxAgeSeconds === undefined) return
  // The two clocks need not agree, so the time since the sign-in began is taken by this one alone.
  const underWaySeconds = Math.max(0, Math.ceil((now - createdAt) / 1_000))
  const { iat = Infinity, auth_time = 0 } = claims ?? {}
  if (iat - auth_time > maxAgeSeconds + underWaySeconds)
    throw responseInvalid('the user authenticated too long ago')
}
