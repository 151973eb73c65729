import { isHoldOffInForce } from './back-off.ts'
import {
  ConfigurationError,
  RefreshUnavailableError,
  SessionEndedError,
  type ConfigurationErrorCode,
  type RefreshUnavailableCode,
  type SessionEndedCode,
  type TokenError,
} from './errors.ts'
import { defined } from './defined.ts'
import { isLifted, isRenewable } from './refresh-plan.ts'
import type { EndReason, Failure, IdTokenClaims, SessionRecord } from './session-record.ts'
import { defaultTokenKey } from './token-set.ts'

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
    return reason === 'never' || reason === 'signed-out'
      ? { status: 'signed-out', reason }
      : { status: 'signed-out', reason, error: toSessionEndedError(record) }
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

function toRefreshState(
  failure: Failure | undefined,
  { now, running, onlineAt }: StateContext,
): RefreshState {
  if (running) return { phase: 'running' }
  const isHeldOff = failure && isHoldOffInForce(failure, now)
  if (!isHeldOff || isLifted(failure, { explicit: false }, { onlineAt })) return { phase: 'idle' }
  const error = toFailureError(failure)
  if (failure.kind === 'configuration') return { phase: 'halted', error }
  return { phase: 'waiting', retryAt: failure.until, attempt: failure.attempt, error }
}

/** Two states that say the same are one object for whoever compares by identity. */
export function isSameState(a: SessionState, b: SessionState): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The error for a failure that this tab, or another, wrote into the record. */
export function toFailureError(failure: Failure): RefreshUnavailableError | ConfigurationError {
  const { kind, code, until, oauth } = failure
  const word = oauth?.error ?? code
  if (kind === 'configuration') {
    return new ConfigurationError(
      code as ConfigurationErrorCode,
      `The authorization server does not accept this client (${word}): renewal is halted in all tabs.`,
      { oauth },
    )
  }
  const isUnknown = code === 'NETWORK' || code === 'TIMEOUT'
  return new RefreshUnavailableError(
    code as RefreshUnavailableCode,
    `No fresh access token for now (${word}): the session is kept.${hintOf(failure)}`,
    { outcome: isUnknown ? 'unknown' : 'answered', retryAt: until, oauth },
  )
}

/** What a message says besides. */
export function hintOf({ hint }: Failure): string {
  return hint ? ' Other requests succeed: look at the CORS headers of the token endpoint.' : ''
}

/** The error for a record without a session. */
export function toSessionEndedError(
  record: Pick<SessionRecord, 'endedBy' | 'endedWith'>,
): SessionEndedError {
  const endedBy = record.endedBy ?? 'never'
  // Every reason is a code, spelled like one.
  const code = endedBy.toUpperCase().replace('-', '_') as SessionEndedCode
  return new SessionEndedError(code, `No session (${endedBy}): a new sign-in is needed.`, {
    oauth: record.endedWith,
  })
}
