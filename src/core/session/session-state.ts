import type { TokenError } from '../errors.ts'
import { toFailureError, toSessionEndedError } from '../record/record-errors.ts'
import { defined } from '../defined.ts'
import { holdsOff, isRenewable } from '../rotation/refresh-plan.ts'
import type { Failure, SessionRecord } from '../record/session-record.ts'
import { defaultTokenKey } from '../record/token-set.ts'
import type { EndReason } from '../end-reason.ts'
import type { IdTokenClaims } from '../id-token-claims.ts'

/** What a tab knows of the session. Holds no token. */
export type SessionState =
  /** The stored session has not been read yet. */
  | { readonly status: 'restoring' }
  | {
      readonly status: 'signed-out'
      readonly reason: 'never' | 'signed-out' | EndReason
      readonly error?: TokenError
    }
  | {
      readonly status: 'signed-in'
      readonly sub?: string
      readonly claims?: IdTokenClaims
      readonly scope?: string
      /** Whether there is a refresh token. */
      readonly refreshable: boolean
      /** +1 with every token reply that any tab accepted. */
      readonly generation: number
      readonly accessTokenExpiresAt?: number
      /** What the server hinted at; it may end the session earlier. */
      readonly refreshTokenExpiresAt?: number
      readonly refresh: RefreshState
    }

/** How renewal stands, apart from whether there is a session. */
export type RefreshState =
  | { readonly phase: 'idle' }
  /** This tab is renewing. */
  | { readonly phase: 'running' }
  /** The last attempt failed; no tab tries before `retryAt`, on whose failure `error` reports. */
  | {
      readonly phase: 'waiting'
      readonly retryAt: number
      readonly attempt: number
      readonly error: TokenError
    }
  /** A developer must act. `refresh()`, a sign-in, or ten minutes end the halt. */
  | { readonly phase: 'halted'; readonly error: TokenError }

export const restoring: SessionState = { status: 'restoring' }

interface StateContext {
  readonly now: number
  /** Whether this tab is sending. */
  readonly running: boolean
  /** When the network last came back. */
  readonly onlineAt: number
}

export function toSessionState(record: SessionRecord, context: StateContext): SessionState {
  const { session, failure } = record
  if (!session) {
    const reason = record.endedBy ?? 'never'
    const isNews = reason !== 'never' && reason !== 'signed-out'
    return { status: 'signed-out', reason, ...(isNews && { error: toSessionEndedError(record) }) }
  }
  const { sub, claims, refreshTokenExpiresAt } = session
  const token = session.tokens[defaultTokenKey]
  return defined({
    status: 'signed-in' as const,
    sub,
    claims,
    // Some servers keep a narrower scope for good, whatever was granted.
    scope: token?.scope ?? session.scope,
    refreshable: isRenewable(session),
    generation: record.generation,
    accessTokenExpiresAt: token?.expiresAt,
    refreshTokenExpiresAt,
    refresh: toRefreshState(failure, context),
  })
}

function toRefreshState(failure: Failure | undefined, context: StateContext): RefreshState {
  if (context.running) return { phase: 'running' }
  if (!holdsOff(failure, { explicit: false }, context)) return { phase: 'idle' }
  const error = toFailureError(failure)
  if (failure.kind === 'configuration') return { phase: 'halted', error }
  return { phase: 'waiting', retryAt: failure.until, attempt: failure.attempt, error }
}

/** Two states that say the same are one object for whoever compares by identity. */
export function isSameState(a: SessionState, b: SessionState): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
