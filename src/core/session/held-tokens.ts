import { defined } from '../defined.ts'
import type { Clock } from '../ports.ts'
import type { SessionRecord } from '../record/session-record.ts'
import { remainingMs, type TokenKey, type TokenSet } from '../record/token-set.ts'

/** An access token as it is sent, and the session it belongs to. */
export interface IssuedToken {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly epoch: number
  readonly sessionId?: string
  readonly generation: number
  readonly sub?: string
  readonly senderKey?: unknown
}

/** A token set this tab holds, with the end of its life by the clock that cannot be set. */
export interface HeldToken {
  readonly token: TokenSet
  readonly issued: IssuedToken
  readonly diesAtMonotonic: number
  used: boolean
}

/** What this tab holds of a record; a token it held before keeps the end of its life. */
export function holdAll(
  record: SessionRecord,
  before: ReadonlyMap<TokenKey, HeldToken>,
  clock: Clock,
): Map<TokenKey, HeldToken> {
  const { session, epoch } = record
  const tokens = Object.entries(session?.tokens ?? {})
  return new Map(tokens.map(([key, token]) => [key, hold(token, before.get(key))]))

  function hold(token: TokenSet, known: HeldToken | undefined): HeldToken {
    const { accessToken, tokenType, generation } = token
    const isKnown = known?.issued.epoch === epoch && known.token.generation === generation
    if (isKnown && known.token.accessToken === accessToken) return known
    return {
      token,
      issued: defined({
        accessToken,
        tokenType,
        epoch,
        sessionId: session?.id,
        generation,
        sub: session?.sub,
        senderKey: session?.senderKey,
      }),
      diesAtMonotonic: clock.monotonic() + remainingMs(token, clock.now()),
      used: false,
    }
  }
}
