import { checked, startSessionRules } from './call-options.ts'
import { SignInError } from '../core/errors.ts'
import type { SessionLifecycle } from '../core/session/session-lifecycle.ts'
import type { DpopSupport } from '../oauth/dpop.ts'
import { checkHandedOverIdToken } from '../oauth/id-token.ts'
import { parseTokenResponse } from '../oauth/token-response.ts'
import type { TokenManager } from './token-manager-api.ts'

/** The way into a session with tokens that the app got elsewhere. */
export function createStartSession(options: {
  readonly lifecycle: SessionLifecycle
  readonly ready: Promise<unknown>
  readonly issuer: string
  readonly clientId: string
  readonly dpop: DpopSupport | undefined
}): TokenManager['startSession'] {
  const { lifecycle, ready, dpop } = options

  return async function startSession(response, wanted) {
    const { scope, receivedAt, nonce, ifSignedOut } = checked(wanted, startSessionRules)
    const reply = parseTokenResponse(response)
    const wrong = reply.claims && checkHandedOverIdToken(reply.claims, { ...options, nonce })
    if (wrong) {
      throw new SignInError(
        'RESPONSE_INVALID',
        `The id_token has another ${wrong}: it is not for this client.`,
      )
    }
    if (dpop && reply.tokenType === 'Bearer' && reply.refreshToken === undefined) {
      throw new TypeError("response.token_type must be 'DPoP', as options.dpop wants it")
    }
    // Of a sign-out from now on: it counts more than what it finds under way.
    const fence = lifecycle.raiseFence()
    const senderKey = await dpop?.createKeyPair()
    await ready
    await lifecycle.start({ reply, scope, receivedAt, nonce, ifSignedOut, senderKey, fence })
  }
}
