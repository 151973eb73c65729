import { SignInError } from './core/errors.ts'
import type { Navigation } from './core/ports.ts'
import type { SessionLifecycle } from './core/session-lifecycle.ts'
import type { SessionState } from './core/session-state.ts'
import type { AuthorizationCode } from './oauth/authorization-code.ts'
import { cleanCallbackUrl } from './oauth/callback.ts'
import type { TokenManager } from './token-manager-api.ts'

/** The way back from the login page. */
export function createHandleRedirect(options: {
  readonly code: AuthorizationCode
  readonly lifecycle: SessionLifecycle
  readonly navigation: Navigation
  readonly ready: Promise<unknown>
  readonly getState: () => SessionState
}): TokenManager['handleRedirect'] {
  const { code, lifecycle, navigation, ready } = options
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

  return async function handleRedirect(url) {
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
  }
}
