import { ConfigurationError } from '../core/errors.ts'
import { restoring } from '../core/session/session-state.ts'
import type { TokenManager } from './token-manager-api.ts'

/** The manager where there is no page, as on a server that renders one: it knows nothing yet, and does nothing. */
export function createAbsentTokenManager(): TokenManager {
  const refuse = async (): Promise<never> => {
    throw new ConfigurationError(
      'NO_WINDOW',
      'There is no window: sessions are kept by the page alone.',
    )
  }
  return {
    ready: Promise.resolve(restoring),
    getState: () => restoring,
    subscribe(listener) {
      listener(restoring)
      return () => {}
    },
    observe: () => () => {},
    getAccessToken: refuse,
    getAuthorizationHeaders: refuse,
    fetch: refuse,
    refresh: refuse,
    startSession: refuse,
    signIn: refuse,
    handleRedirect: refuse,
    signOut: refuse,
    dispose() {},
  }
}
