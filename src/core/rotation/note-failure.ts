import { defined } from '../defined.ts'
import type { ConfigurationError, RefreshUnavailableError } from '../errors.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import type { Clock, Random } from '../ports.ts'
import { failed, tokenSetRefused } from '../record/record-changes.ts'
import { dueAgain } from '../record/record-errors.ts'
import type { Failure, SessionRecord } from '../record/session-record.ts'
import type { TokenKey } from '../record/token-set.ts'
import { isHoldOffInForce } from './back-off.ts'
import { answeredAt, type Claim, type Claims } from './claim.ts'
import { again, type Conclusion } from './conclusion.ts'
import { createFailureAfter, type FailureAfter, type Pacing } from './failure-after.ts'

/** Notes of an attempt that got no tokens, and of how long all tabs wait for the next. */
export interface NoteFailure {
  readonly failureAfter: FailureAfter
  /** Something that passes by itself. */
  holdOff(
    claim: Claim,
    error: RefreshUnavailableError,
    how: Pacing & { readonly refused?: boolean },
  ): Promise<Conclusion>
  /** Says so of a failure that is in the record already. */
  heldOff(record: SessionRecord, failure: Failure, error: RefreshUnavailableError): Conclusion
  /** A developer must act. */
  halt(claim: Claim, error: ConfigurationError): Promise<Conclusion>
  /** The server refuses one of several token sets. */
  refuseTokenSet(
    claim: Claim,
    key: TokenKey,
    error: ConfigurationError | RefreshUnavailableError,
  ): Promise<Conclusion>
}

/** A proxy's bad moment is neither so long nor so often asked. */
const tolerableRefusals = 3
const tolerableRefusalsMs = 10_000

export function createNoteFailure(options: {
  readonly clock: Clock
  readonly page: Page
  readonly random: Random
  readonly report: Report
  readonly claims: Claims
}): NoteFailure {
  const { clock, report } = options
  const { writeIfOwn } = options.claims
  const failureAfter = createFailureAfter(options)

  /** An answer that is collected came to an earlier request: it does not shorten a pause noted since. */
  function noted(claim: Claim, { failure: last }: SessionRecord, failure: Failure): Failure {
    const isCollected = claim.letter !== undefined && claim.lease.letter === undefined
    const isLonger = last && last.until > failure.until && isHoldOffInForce(last, clock.now())
    return isCollected && isLonger ? last : failure
  }

  async function holdOff(
    claim: Claim,
    error: RefreshUnavailableError,
    how: Pacing & { readonly refused?: boolean },
  ): Promise<Conclusion> {
    const kind = how.refused ? 'refused' : 'transient'
    const failure = failureAfter(claim.record.failure, kind, error, {
      ...how,
      at: answeredAt(claim, clock.now()),
    })
    const record = await writeIfOwn(claim, (current) =>
      failed(current, noted(claim, current, failure), {
        unknown: current.unknown + (error.outcome === 'unknown' ? 1 : 0),
        ...(how.refused && {
          refusals: current.refusals + 1,
          refusedSince: refusedSince(current, failure.failedAt),
        }),
      }),
    )
    return record ? heldOff(record, failure, error) : again
  }

  function heldOff(
    record: SessionRecord,
    failure: Failure,
    error: RefreshUnavailableError,
  ): Conclusion {
    const { code, attempt, until: retryAt, hint } = failure
    report(defined({ type: 'held-off' as const, code, attempt, retryAt, hint }))
    return { kind: 'error', error: dueAgain(error, failure) }
  }

  /**
   * The server has other reasons to refuse one of several token sets than a dead refresh token: no
   * consent for that API, say. Whether the session is over shows when the session's own token is due.
   */
  async function refuseTokenSet(
    claim: Claim,
    key: TokenKey,
    error: ConfigurationError | RefreshUnavailableError,
  ): Promise<Conclusion> {
    const last = claim.session.refused?.[key]
    const kind = error.name === 'ConfigurationError' ? 'configuration' : 'refused'
    const failure = failureAfter(last, kind, error, {
      at: answeredAt(claim, clock.now()),
    })
    const record = await writeIfOwn(claim, (current, session) =>
      tokenSetRefused(current, session, key, failure),
    )
    if (!record) return again
    report({ type: 'token-refused', code: failure.code, until: failure.until })
    return {
      kind: 'error',
      error: error.name === 'ConfigurationError' ? error : dueAgain(error, failure),
    }
  }

  async function halt(claim: Claim, error: ConfigurationError): Promise<Conclusion> {
    const failure = failureAfter(claim.record.failure, 'configuration', error, {
      at: answeredAt(claim, clock.now()),
    })
    const record = await writeIfOwn(claim, (current) =>
      failed(current, noted(claim, current, failure), {}),
    )
    if (!record) return again
    report({ type: 'halted', code: failure.code, until: failure.until })
    return { kind: 'error', error }
  }

  return { failureAfter, holdOff, heldOff, halt, refuseTokenSet }
}

/** Whether one more refusal that nobody can read is one too many. */
export function isLastRefusal(record: SessionRecord, now: number): boolean {
  return (
    record.refusals + 1 >= tolerableRefusals &&
    now - refusedSince(record, now) >= tolerableRefusalsMs
  )
}

/** Since when the server has refused; an instant in the future comes from a clock that was set. */
function refusedSince(
  { refusals, refusedSince: since = Infinity }: SessionRecord,
  at: number,
): number {
  return refusals > 0 ? Math.min(since, at) : at
}
