import type { EndReason } from '../end-reason.ts'
import type { RefreshUnavailableError, ConfigurationError, OAuthErrorDetails } from '../errors.ts'
import { defined } from '../defined.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import type { Clock, Random } from '../ports.ts'
import {
  committed,
  ended,
  failed,
  leaseGivenUp,
  salvaged,
  tokenSetRefused,
} from '../record/record-changes.ts'
import { dueAgain, toSessionEndedError } from '../record/record-errors.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { Failure, SessionRecord } from '../record/session-record.ts'
import { defaultTokenKey, mintedForBy, type TokenKey } from '../record/token-set.ts'
import { isHoldOffInForce } from './back-off.ts'
import { createFailureAfter, type Pacing } from './failure-after.ts'
import { answeredAt, type Claim, type ClaimKeeper } from './claim.ts'
import { again, type Conclusion } from './conclusion.ts'
import { lookForMail, mayHoldTokens } from './look-for-mail.ts'
import { hasLiveToken, type RenewableSession, type Wish } from './refresh-plan.ts'
import { isLastRefusal, refusedSince } from './refusals.ts'
import { createSaveReply } from './save-reply.ts'
import type { RefreshOutcome, TokenEndpoint } from './token-grant.ts'
import { nonceRefused, notHandled } from './bad-answer.ts'

export type Settle = (claim: Claim, outcome: RefreshOutcome, wish: Wish) => Promise<Conclusion>

/** Refusals that are about what was asked for, not about the client. */
const aboutTheRequest = ['invalid_scope', 'invalid_target']

/** Writes down what became of a refresh token grant; one transaction for each outcome. */
export function createSettlement(options: {
  readonly keeper: RecordKeeper
  readonly endpoint: TokenEndpoint
  readonly clock: Clock
  readonly page: Page
  readonly random: Random
  readonly report: Report
  readonly claims: ClaimKeeper
}): Settle {
  const { keeper, endpoint, clock, report, claims } = options
  const { writeIfOwn } = claims
  const saveReply = createSaveReply(options)
  const failureAfter = createFailureAfter(options)

  return async function settle(claim, outcome, wish) {
    try {
      return await write(claim, outcome, wish)
    } catch (error) {
      // The server has rotated: whatever is wrong with this code, the refresh token that came is saved.
      const refreshToken = outcome.kind === 'accepted' ? outcome.reply.refreshToken : undefined
      if (refreshToken !== undefined)
        return settle(claim, { kind: 'unusable', refreshToken, error: notHandled() }, wish)
      // What the server has said is worth more to the callers than that it could not be noted.
      if ('error' in outcome) return { kind: 'error', error: outcome.error }
      throw error
    }
  }

  async function write(...[claim, outcome, wish]: Parameters<Settle>): Promise<Conclusion> {
    switch (outcome.kind) {
      case 'accepted': {
        const { reply } = outcome
        const receivedAt = answeredAt(claim, clock.now())
        const change = (record: SessionRecord, session: RenewableSession): SessionRecord =>
          committed(record, session, {
            reply,
            key: wish.key,
            receivedAt,
            mintedFor: mintedForBy(
              session.tokens[wish.key],
              wish.rejected?.resourceServer,
              receivedAt,
            ),
            scope: wish.parameters.scope ?? session.scope,
            to: claim.origin,
          })
        const record = await saveReply(claim, change)
        if (!record) return drop(reply.refreshToken)
        const token = record.session?.tokens[wish.key]
        return token ? { kind: 'token', token } : again
      }
      case 'unusable': {
        const { refreshToken, error } = outcome
        if (refreshToken === undefined) return holdOff(claim, error, {})
        const failure = failureAfter(claim.record.failure, 'transient', error)
        const record = await saveReply(claim, (r, s) =>
          salvaged(r, s, refreshToken, failure, claim.origin),
        )
        if (!record) return drop(refreshToken)
        return heldOff(record, failure, error)
      }
      case 'transient':
        return holdOff(claim, outcome.error, outcome)
      case 'nonce-required':
        return holdOff(claim, nonceRefused(), {})
      case 'refused': {
        if (wish.key !== defaultTokenKey) return refuseTokenSet(claim, wish.key, outcome.error)
        const { session, record } = claim
        const now = clock.now()
        if (isLastRefusal(record, now) && !hasLiveToken(session, now)) {
          return end(claim, lostOr('refused', record), outcome.error.oauth)
        }
        return holdOff(claim, outcome.error, { refused: true })
      }
      case 'configuration': {
        const { error } = outcome
        const isAboutRequest = aboutTheRequest.includes(error.oauth?.error ?? '')
        if (isAboutRequest && wish.key !== defaultTokenKey) {
          return refuseTokenSet(claim, wish.key, error)
        }
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
      case 'rejected':
        return end(claim, lostOr('rejected', claim.record), outcome.oauth)
      case 'key-lost':
        return end(claim, 'key-lost')
      case 'subject-changed': {
        const settled = await end(claim, 'subject-changed')
        revokeOrphan(outcome.refreshToken)
        return settled
      }
      case 'withheld':
        await claims.giveUp(claim)
        return again
    }
  }

  /** An answer that is collected came to an earlier request: it does not shorten a pause noted since. */
  function noted(claim: Claim, { failure: last }: SessionRecord, failure: Failure): Failure {
    const isCollected = claim.letter !== undefined && claim.lease.letter === undefined
    const isLonger = last && last.until > failure.until && isHoldOffInForce(last, clock.now())
    return isCollected && isLonger ? last : failure
  }

  /** A reply that came too late. */
  function drop(refreshToken: string | undefined): Conclusion {
    const sessionOver = !keeper.seen()?.session
    report({ type: 'dropped', reason: sessionOver ? 'session-over' : 'superseded' })
    revokeOrphan(refreshToken)
    return again
  }

  /** Revoking a token can end the whole grant, so it is done only if no session goes on. */
  function revokeOrphan(refreshToken: string | undefined): void {
    if (refreshToken && !keeper.seen()?.session) void endpoint.revoke(refreshToken)
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
    const failure = failureAfter(last, kind, error, { at: answeredAt(claim, clock.now()) })
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

  async function end(
    claim: Claim,
    reason: EndReason,
    words?: OAuthErrorDetails,
  ): Promise<Conclusion> {
    const record = await writeIfOwn(claim, (current, session) => {
      const { answered } = lookForMail(current, session, () => true)
      // What another letter has brought may be newer than what was refused.
      return answered && mayHoldTokens(answered)
        ? leaseGivenUp(current)
        : ended(current, reason, clock.now(), words)
    })
    if (!record || record.session) return again
    return { kind: 'error', error: toSessionEndedError(record) }
  }
}

function lostOr<Reason extends EndReason>(
  reason: Reason,
  { unknown }: SessionRecord,
): Reason | 'rotation-lost' {
  return unknown > 0 ? 'rotation-lost' : reason
}
