import { defined } from '../core/defined.ts'
import type { Report } from '../core/events.ts'
import { unavailable } from './errors.ts'
import { compareIdToken } from './id-token.ts'
import { revokeToken } from './revocation.ts'
import type { Tokens } from './token-answer.ts'
import { requestTokens, type TokenRequestOptions } from './token-request.ts'
import type { RefreshOutcome, RefreshRequest, TokenEndpoint } from '../core/rotation/token-grant.ts'
import type { TokenReply } from '../core/record/token-reply.ts'
import type { IdTokenClaims } from '../core/id-token-claims.ts'

export interface TokenEndpointOptions extends TokenRequestOptions {
  readonly report: Report
  /** The `error` words that mean a dead refresh token. */
  readonly spentRefreshToken: readonly string[]
}

/** The refresh token grant (RFC 6749 §6) and revocation at one server, for one public client. */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { dpop, metadata, spentRefreshToken } = options

  async function refresh(request: RefreshRequest): Promise<RefreshOutcome> {
    const {
      refreshToken,
      parameters,
      previous,
      secrets = [],
      senderKey,
      maySend,
      filed,
      deliver,
    } = request
    if (dpop && !dpop.isKeyPair(senderKey)) return { kind: 'key-lost' }
    const answer = await requestTokens(options, {
      type: 'refresh_token',
      parameters: { ...parameters, refresh_token: refreshToken },
      secrets: [refreshToken, ...secrets],
      rejectedBy: spentRefreshToken,
      senderKey,
      senderNonce: previous.senderNonce,
      maySend,
      filed,
      deliver,
    })
    return answer.kind === 'accepted' || answer.kind === 'unusable'
      ? compare(answer, previous)
      : answer
  }

  return {
    async prepare() {
      await metadata()
    },
    refresh,
    revoke: (token, secrets) => revokeToken({ ...options, token, secrets }),
  }
}

/**
 * Whether the tokens are for the session they were asked for. The server has rotated either way, so
 * the new refresh token is the only one left, whatever else is wrong.
 */
function compare(tokens: Tokens, previous: RefreshRequest['previous']): RefreshOutcome {
  const { refreshToken, claims } = tokens.kind === 'accepted' ? tokens.reply : tokens
  let detail = 'the id_token is not for this session'
  try {
    const mismatch = claims && compareIdToken(claims, previous, tokens.issuer)
    if (mismatch === 'other-subject')
      return defined({ kind: 'subject-changed', refreshToken } as const)
    if (tokens.kind === 'unusable') detail = tokens.detail
    else if (!mismatch)
      return { kind: 'accepted', reply: withSignIn(tokens.reply, previous.claims) }
  } catch {
    // What it was to be compared with is odd.
  }
  const error = unavailable('RESPONSE_INVALID', 'unknown', undefined, detail)
  return defined({ kind: 'unusable', refreshToken, error } as const)
}

/** A refresh is no new authentication: how and when the user signed in holds, if it is left out here. */
function withSignIn(reply: TokenReply, before: IdTokenClaims | undefined): TokenReply {
  if (!reply.claims || !before) return reply
  const { auth_time, acr, amr } = before
  return { ...reply, claims: { ...defined({ auth_time, acr, amr }), ...reply.claims } }
}
