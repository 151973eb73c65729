import { defined } from '../defined.ts'
import type { Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { SessionRecord } from '../record/session-record.ts'
import {
  judgeToken,
  remainingMs,
  type TokenKey,
  type TokenSet,
  type Verdict,
} from '../record/token-set.ts'
import type { Accepts } from '../rotation/refresh-plan.ts'

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

/** The token sets that this tab has, by what they are for. */
export interface HeldTokens {
  get(key: TokenKey): HeldToken | undefined
  all(): readonly (readonly [TokenKey, HeldToken])[]
  /** How good it is, by the clock that says less. */
  verdictOn(
    candidate: HeldToken,
    now: number,
    monotonic: number,
    minValidityMs: number | undefined,
  ): Verdict
  /** One that still lives, however short. */
  servable(key: TokenKey, minValidityMs?: number): HeldToken | undefined
  /** Some servers let only the newest access token of a session live. */
  isOutdated(candidate: HeldToken): boolean
}

export function createHeldTokens(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly leewayMs: number
  readonly accepts: Accepts
}): HeldTokens {
  const { keeper, clock, leewayMs, accepts } = options
  let held = new Map<TokenKey, HeldToken>()

  keeper.onSeen((record) => {
    held = holdAll(record, held, clock)
  })

  const verdictOn: HeldTokens['verdictOn'] = (candidate, now, monotonic, minValidityMs) => {
    const { token, issued, diesAtMonotonic } = candidate
    if (!accepts(token.tokenType, issued.senderKey)) return 'spent'
    const leftMs = Math.min(remainingMs(token, now), diesAtMonotonic - monotonic)
    return judgeToken(token, leftMs, now, { leewayMs, minValidityMs })
  }

  return {
    get: (key) => held.get(key),
    all: () => [...held],
    verdictOn,
    servable(key, minValidityMs = 1) {
      const candidate = held.get(key)
      if (!candidate) return undefined
      const verdict = verdictOn(candidate, clock.now(), clock.monotonic(), minValidityMs)
      return verdict === 'spent' ? undefined : candidate
    },
    isOutdated: ({ token }) => token.generation < (keeper.seen()?.generation ?? 0),
  }
}

/** What this tab holds of a record; a token it held before keeps the end of its life. */
function holdAll(
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
