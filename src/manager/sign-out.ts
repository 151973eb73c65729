import { checked, signOutRules } from './call-options.ts'
import type { Clock, Navigation } from '../core/ports.ts'
import type { SessionLifecycle } from '../core/session/session-lifecycle.ts'
import { atMost } from '../core/until.ts'
import { endSessionUrl, type EndSessionOptions } from '../oauth/end-session.ts'
import type { TokenRequestOptions } from '../oauth/token-request.ts'
import type { TokenManager } from './token-manager-api.ts'
import type { TokenEndpoint } from '../core/rotation/token-grant.ts'

/** How long a sign-out waits for the server, in all. */
const signOutWaitMs = 3_000

/** The way out: here and in the other tabs first, and only then at the server. */
export function createSignOut(options: {
  readonly lifecycle: SessionLifecycle
  readonly endpoint: TokenEndpoint
  readonly metadata: TokenRequestOptions['metadata']
  readonly navigation: Navigation
  readonly clock: Clock
  readonly clientId: string
  readonly postLogoutRedirectUri: string | undefined
  readonly endSession: EndSessionOptions | undefined
}): TokenManager['signOut'] {
  const { lifecycle, endpoint, metadata, navigation, clock } = options
  let revoked: Promise<unknown> = Promise.resolve()

  return async function signOut(wanted) {
    const { revoke = true, endSession = true } = checked(wanted, signOutRules)
    const { refreshToken, idToken, tokens = {} } = await lifecycle.signOut()
    const until = clock.monotonic() + signOutWaitMs
    const bounded = <T>(work: Promise<T>): Promise<T | undefined> =>
      atMost(clock, until - clock.monotonic(), work)
    if (revoke && refreshToken !== undefined) {
      revoked = Promise.all([
        revoked,
        endpoint.revoke(
          refreshToken,
          Object.values(tokens).map(({ accessToken }) => accessToken),
        ),
      ])
    }
    // Of a second click, too: it would leave before the first one's revocation is out.
    await bounded(revoked)
    if (!endSession || !options.postLogoutRedirectUri) return
    const address = endSessionUrl({
      ...options,
      endSession: options.endSession,
      metadata: await bounded(metadata().catch(() => undefined)),
      idToken,
    })
    if (address) navigation.leaveFor(address)
  }
}
