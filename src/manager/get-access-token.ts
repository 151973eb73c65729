import { toTokenParameters } from '../core/record/token-set.ts'
import type { AccessTokens } from '../core/session/access-tokens.ts'
import { accessTokenRules, checked } from './call-options.ts'
import type { TokenManager } from './token-manager-api.ts'

/** An access token by itself, for whoever sends it by other means. */
export function createGetAccessToken(tokens: AccessTokens): TokenManager['getAccessToken'] {
  return async function getAccessToken(wanted) {
    const asker = tokens.asker()
    // Nearly every call. What is there is not waited for, and the request has the members of those that
    // `fetch` makes: engines are twice as fast where all have the same.
    if (wanted === undefined) {
      const served = tokens.obtain({ asker, parameters: undefined, signal: undefined })
      return (served instanceof Promise ? await served : served).accessToken
    }
    const { scope, resource, audience, minValidityMs, rejected, signal } = checked(
      wanted,
      accessTokenRules,
    )
    const isPlain = scope === undefined && resource === undefined && audience === undefined
    const { accessToken } = await tokens.obtain({
      asker,
      parameters: isPlain ? undefined : toTokenParameters({ scope, resource, audience }),
      minValidityMs,
      rejected: rejected === undefined ? undefined : { accessToken: rejected, resourceServer: '' },
      signal,
    })
    return accessToken
  }
}
