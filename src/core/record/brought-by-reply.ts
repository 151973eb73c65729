import { defined } from '../defined.ts'
import { lacking, mayBeNarrowed } from './granted-scope.ts'
import type { Session } from './session-record.ts'
import type { TokenReply } from './token-reply.ts'
import type { MintedFor, TokenSet } from './token-set.ts'

// What a reply brings to a session, each part a pure function.

/** The end of the old one says nothing about the new one; the server may also say the old one again. */
export function withRefreshToken(
  session: Session,
  refreshToken: string | undefined,
  generation: number,
): Session {
  if (refreshToken === undefined) return session
  const { refreshToken: before, refreshTokenExpiresAt: _, ...rest } = session
  const isNew = refreshToken !== before
  return { ...rest, refreshToken, ...(isNew && { refreshTokenGeneration: generation }) }
}

/** Members of a reply that belong to the session; an absent one keeps what the session had. */
export function replyMembers(reply: TokenReply, receivedAt: number): Partial<Session> {
  const { refreshToken, refreshTokenExpiresInMs, idToken, claims, senderNonce } = reply
  return defined({
    refreshToken,
    refreshTokenExpiresAt: instant(receivedAt, refreshTokenExpiresInMs),
    idToken,
    claims,
    sub: claims?.sub,
    senderNonce,
  })
}

export function toTokenSet(
  { accessToken, tokenType, scope, expiresInMs }: TokenReply,
  how: Pick<TokenSet, 'generation' | 'receivedAt'> & {
    readonly mintedFor?: readonly MintedFor[]
    /** What was asked for, where the server does not say what it granted (RFC 6749 §5.1). */
    readonly scope: string | undefined
  },
): TokenSet {
  const { generation, receivedAt, mintedFor = [] } = how
  return defined({
    accessToken,
    tokenType,
    generation,
    receivedAt,
    scope: scope ?? how.scope,
    expiresAt: instant(receivedAt, expiresInMs),
    mintedFor: mintedFor.length > 0 ? mintedFor : undefined,
  })
}

/** What a reply for the default token set, which asks for no scope, says of the whole grant. */
export function grantedScopeAfter(session: Session, said: string | undefined): Partial<Session> {
  const scope = said ?? session.scope
  const isWhole = lacking(said, session.scope).length === 0
  const keepsScope = (isWhole && mayBeNarrowed(session, session.scope)) || session.keepsScope
  return defined({ scope, keepsScope })
}

function instant(from: number, afterMs: number | undefined): number | undefined {
  return afterMs === undefined ? undefined : from + afterMs
}
