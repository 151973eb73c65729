import { toTokenParameters } from '../core/record/token-set.ts'
import type { AccessTokenRequest } from '../core/session/access-token-request.ts'
import type { AccessTokens } from '../core/session/access-tokens.ts'
import type { Asker } from '../core/session/asker.ts'
import { accessTokenRules, checked } from './call-options.ts'
import type { AccessTokenOptions, TokenManager } from './token-manager-api.ts'

/** An access token by itself, for whoever sends it by other means. */
export function createGetAccessToken(tokens: AccessTokens): TokenManager['getAccessToken'] {
  return async function getAccessToken(wanted) {
    const asker = tokens.asker()
    // Nearly every call says nothing. Its request has the members of those that `fetch` makes: engines are
    // twice as fast where all have the same.
    const { accessToken } = await tokens.obtain(
      wanted !== undefined
        ? requestFor(asker, wanted)
        : { asker, parameters: undefined, signal: undefined },
    )
    return accessToken
  }
}

function requestFor(asker: Asker, wanted: AccessTokenOptions): AccessTokenRequest {
  const given = checked(wanted, accessTokenRules)
  const { minValidityMs, rejected, signal } = given
  return {
    asker,
    parameters: toTokenParameters(given),
    minValidityMs,
    rejected: rejected === undefined ? undefined : { accessToken: rejected, resourceServer: '' },
    signal,
  }
}
