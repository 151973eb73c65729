import { checked, signInRules, startSessionRules } from './call-options.ts'
import { SignInError } from './core/errors.ts'
import type { Navigation } from './core/ports.ts'
import type { SessionLifecycle } from './core/session-lifecycle.ts'
import type { SessionState } from './core/session-state.ts'
import type { AuthorizationCode } from './oauth/authorization-code.ts'
import { cleanCallbackUrl } from './oauth/callback.ts'
import type { DpopSupport } from './oauth/dpop.ts'
import { checkHandedOverIdToken } from './oauth/id-token.ts'
import { parseTokenEndpointResponse } from './oauth/token-response.ts'
import type { TokenManager } from './token-manager-api.ts'

/** The ways into a session: by redirect, or with tokens that the app got elsewhere. */
export function createSignIn(options: {
  readonly code: AuthorizationCode
  readonly lifecycle: SessionLifecycle
  readonly navigation: Navigation
  readonly ready: Promise<unknown>
  readonly getState: () => SessionState
  readonly issuer: string
  readonly clientId: string
  readonly dpop: DpopSupport | undefined
}): Pick<TokenManager, 'signIn' | 'handleRedirect' | 'startSession'> {
  const { code, lifecycle, navigation, ready, dpop } = options
  let redirect: Promise<{ readonly returnTo: string } | undefined> | undefined

  async function finish(url: string): Promise<{ readonly returnTo: string } | undefined> {
    const redeemed = await code.redeem(url)
    await ready
    if (redeemed) {
      await lifecycle.start(redeemed)
      return { returnTo: redeemed.returnTo }
    }
    if (options.getState().status === 'signed-in') return undefined
    throw new SignInError(
      'NO_TRANSACTION',
      'This callback does not answer a sign-in that this browser has begun and not finished: sign in again.',
    )
  }

  return {
    async signIn(wanted) {
      navigation.leaveFor(await code.begin(checked(wanted, signInRules)))
      return new Promise<never>(() => {})
    },

    async handleRedirect(url) {
      const current = navigation.currentUrl()
      const callback = url === undefined ? current : new URL(url, current).href
      if (redirect) return redirect
      if (!code.isCallback(callback)) {
        await ready
        return undefined
      }
      // Before anything else: what the address bar shows can be read and sent on by other scripts.
      if (code.isCallback(current)) navigation.replaceUrl(cleanCallbackUrl(current))
      redirect = finish(callback).finally(() => {
        redirect = undefined
      })
      return redirect
    },

    async startSession(response, wanted) {
      const { scope, receivedAt, nonce, ifSignedOut } = checked(wanted, startSessionRules)
      const reply = parseTokenEndpointResponse(response)
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
      const senderKey = await dpop?.createKeyPair()
      await ready
      await lifecycle.start({ reply, scope, receivedAt, nonce, ifSignedOut, senderKey })
    },
  }
}
