import type { AuthorizationServer } from 'oauth4webapi'
import { defined } from '../core/defined.ts'
import { RefreshUnavailableError, disposedError, type SignInError } from '../core/errors.ts'
import type { AbortSignalLike } from '../core/ports.ts'
import type { TokenReply } from '../core/record/token-reply.ts'
import type { TokenParameters } from '../core/record/token-set.ts'
import { onAbort, untilFirst } from '../core/until.ts'
import { toCallbackError, type Callback } from './callback.ts'
import { misfit, responseInvalid, signInUnavailable } from './errors.ts'
import { objectionToSignIn } from './id-token.ts'
import type { SharedCallback } from './shared-callback.ts'
import type { SignInTransaction } from './sign-in-transactions.ts'
import type { TokenAnswer } from './token-answer.ts'
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
  readonly sharedCallback: SharedCallback
  /** Ends the pauses between two attempts. */
  readonly disposal: AbortSignalLike
}

/** The pauses after a failure that passes. A code lives for 30 to 60 s at many servers. */
const pausesMs = [1_000, 2_000, 4_000]
/** No attempt begins later than this after the first one. */
const triesForMs = 30_000

/**
 * Redeems the code of a callback that answers this transaction. What passes by itself is tried again
 * within the code's life; `check` throws once nobody wants the session any more, and nothing is sent then.
 */
export async function redeemCode(
  options: RedemptionOptions,
  callback: Callback,
  transaction: SignInTransaction,
  check: () => void,
): Promise<RedeemedCode> {
  const { scope, nonce, senderKey, returnTo } = transaction
  const reply = await exchangeCode(options, callback, transaction, check)
  const objection = objectionToSignIn(reply.claims, transaction, options.clock.now())
  if (objection) throw responseInvalid(misfit(objection))
  return defined({ reply, scope, nonce, senderKey, returnTo })
}

/**
 * The code, if the callback answers this transaction, which was found by its `state`: `iss` first, then
 * `error` (RFC 9207). A parameter that comes twice says nothing, and one of another response type was
 * not asked for.
 */
function readCode(
  server: AuthorizationServer,
  { parameters }: Callback,
  { state, nonce = '' }: SignInTransaction,
): string {
  const iss = parameters.get('iss')
  const isFitting =
    (iss ? iss === server.issuer : !server.authorization_response_iss_parameter_supported) &&
    ['code', 'state', 'iss', 'error'].every((name) => parameters.getAll(name).length <= 1) &&
    !['id_token', 'token', 'response'].some((name) => parameters.has(name))
  if (!isFitting) throw responseInvalid('its parameters do not fit')
  const code = parameters.get('code')
  const error = parameters.get('error')
  if (error) {
    const error_description = parameters.get('error_description')
    throw toCallbackError({ error, error_description }, [state, nonce, code ?? ''])
  }
  if (!code) throw responseInvalid('it does not hold a code')
  return code
}

async function exchangeCode(
  options: RedemptionOptions,
  callback: Callback,
  transaction: SignInTransaction,
  check: () => void,
): Promise<TokenReply> {
  const { clock, disposal } = options
  const triesUntil = clock.monotonic() + triesForMs
  let failure: SignInError | undefined
  for (const pauseMs of [...pausesMs, Infinity]) {
    const answer = await sendCode(options, callback, transaction, check)
    if (answer.kind === 'accepted') return answer.reply
    if (answer.kind === 'configuration') throw answer.error
    if (answer.kind === 'unusable') throw responseInvalid(answer.detail)
    const oauth =
      'error' in answer ? answer.error.oauth : answer.kind === 'rejected' ? answer.oauth : undefined
    // After an attempt that nobody knows the outcome of, the code may be spent.
    if (answer.kind !== 'transient') throw failure ?? responseInvalid('the code was refused', oauth)
    if (oauth?.error === 'invalid_dpop_proof') {
      // No pause mends that (RFC 9449 §11.1).
      throw responseInvalid('its proof was refused, as with a device clock that is wrong', oauth)
    }
    failure = signInUnavailable(answer.error)
    const waitMs = Math.max(pauseMs, answer.retryAfterMs ?? 0)
    if (clock.monotonic() + waitMs > triesUntil) throw failure
    await untilFirst(clock, waitMs, (listener) => onAbort(disposal)(listener, listener))
    if (disposal.aborted) throw disposedError()
  }
  throw failure ?? responseInvalid('the code was refused')
}

/** One attempt: the metadata, what the callback says, and the code, which a DPoP nonce sends once more. */
async function sendCode(
  options: RedemptionOptions,
  callback: Callback,
  transaction: SignInTransaction,
  check: () => void,
): Promise<TokenAnswer> {
  const { redirectUri, verifier, senderKey } = transaction
  let server
  try {
    server = await options.metadata()
  } catch (error) {
    if (error instanceof RefreshUnavailableError) return { kind: 'transient', error }
    throw error
  }
  const code = readCode(server, callback, transaction)
  if (!server.authorization_response_iss_parameter_supported) {
    options.sharedCallback.isWithoutIssuer()
  }
  if (options.dpop && !options.dpop.isKeyPair(senderKey)) throw responseInvalid('its key is gone')
  const send = (): Promise<TokenAnswer> => {
    check()
    return requestTokens(options, {
      type: 'authorization_code',
      parameters: defined({
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        // What the code was asked for does not say what this one token is for (RFC 8707 §2.2).
        resource: options.parameters.resource,
      }),
      secrets: [verifier, code],
      rejectedBy: ['invalid_grant'],
      senderKey,
    })
  }
  const answer = await send()
  return answer.kind === 'nonce-required' ? send() : answer
}
