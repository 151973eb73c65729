import type { AuthorizationServer } from 'oauth4webapi'
import { defined } from '../core/defined.ts'
import type { IdTokenClaims } from '../core/id-token-claims.ts'
import type { TokenReply } from '../core/record/token-reply.ts'
import type { RefreshOutcome } from '../core/rotation/token-grant.ts'
import { isString, isWord } from '../core/shape.ts'
import type { DpopSupport } from './dpop.ts'
import { readRefusal, type Refusal, type RefusalContext } from './error-response.ts'
import { misfit } from './errors.ts'
import { isSuccess, type ServerReply } from './exchange.ts'
import { decodeIdToken, objectionTo } from './id-token.ts'
import { parseTokenResponse } from './token-response.ts'

/** Tokens that the server has given out. Whether they are for this session is left to the caller. */
export type Tokens =
  | { readonly kind: 'accepted'; readonly issuer: string; readonly reply: TokenReply }
  /** They fail a check, so what they say is not to be trusted. */
  | {
      readonly kind: 'unusable'
      readonly issuer: string
      readonly refreshToken?: string
      readonly claims?: IdTokenClaims
      readonly detail: string
    }

/** What became of one token request. */
export type TokenAnswer =
  Tokens | Refusal | Extract<RefreshOutcome, { readonly kind: 'withheld' | 'nonce-required' }>

export interface TokenAnswerContext extends RefusalContext {
  readonly server: AuthorizationServer
  readonly clientId: string
  /** Where tokens have to be bound to a key (RFC 9449). */
  readonly dpop: Pick<DpopSupport, 'readNonceWish' | 'nonceOf'> | undefined
  /** What the request was sent with. */
  readonly proof: string | undefined
}

/** Reads what a token endpoint has answered. Pure; never throws. */
export function readTokenAnswer(reply: ServerReply, context: TokenAnswerContext): TokenAnswer {
  const { status, headers, json } = reply
  if (isSuccess(status) && (json?.['access_token'] || json?.['refresh_token'])) {
    return readTokens(json, headers, context)
  }
  return context.dpop?.readNonceWish(reply, context.server.issuer) ?? readRefusal(reply, context)
}

function readTokens(
  json: Readonly<Record<string, unknown>>,
  headers: Headers,
  { server, clientId, dpop, proof, secrets }: TokenAnswerContext,
): Tokens {
  const { issuer } = server
  let detail: string
  try {
    const tokens = parseTokenResponse(json, secrets)
    const { tokenType, idToken, claims } = tokens
    const objection = idToken && claims && objectionTo(idToken, claims, server, clientId)
    // A bearer token from a server that was asked for a bound one is worth nothing (RFC 9449 §5), nor
    // is a bound one without its key.
    if ((tokenType === 'DPoP') !== (dpop !== undefined)) detail = `token_type is ${tokenType}`
    else if (objection) detail = misfit(objection)
    else {
      // A server that has nothing new to name takes the one it took once more (RFC 9449 §8.2).
      const senderNonce = dpop && (headers.get('dpop-nonce') ?? (proof && dpop.nonceOf(proof)))
      return { kind: 'accepted', issuer, reply: { ...tokens, ...defined({ senderNonce }) } }
    }
  } catch (error) {
    detail = error instanceof TypeError ? error.message : 'it cannot be read'
  }
  const { refresh_token: token, id_token: idToken } = json
  // The server has rotated, so it is the only one that is left, whatever else is wrong.
  const refreshToken = isWord(token) ? token : undefined
  const claims = isString(idToken) ? decodeIdToken(idToken) : undefined
  return { kind: 'unusable', issuer, detail, ...defined({ refreshToken, claims }) }
}
