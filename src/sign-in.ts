import { checked, signInRules } from './call-options.ts'
import type { Navigation } from './core/ports.ts'
import type { AuthorizationCode } from './oauth/authorization-code.ts'
import type { TokenManager } from './token-manager-api.ts'

/** The way to the login page. */
export function createSignIn(options: {
  readonly code: AuthorizationCode
  readonly navigation: Navigation
}): TokenManager['signIn'] {
  const { code, navigation } = options

  return async function signIn(wanted) {
    navigation.leaveFor(await code.begin(checked(wanted, signInRules)))
    return new Promise<never>(() => {})
  }
}
