import type { EndReason } from '../end-reason.ts'
import { RefreshUnavailableError, type OAuthErrorDetails } from '../errors.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import type { Clock, Random } from '../ports.ts'
import { committed, ended, leaseGivenUp, salvaged } from '../record/record-changes.ts'
import { toSessionEndedError } from '../record/record-errors.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { SessionRecord } from '../record/session-record.ts'
import { defaultTokenKey, mintedForBy } from '../record/token-set.ts'
import { answeredAt, type Claim, type Claims } from './claim.ts'
import { again, type Conclusion } from './conclusion.ts'
import { lookForMail, mayHoldTokens } from './look-for-mail.ts'
import { createNoteFailure, isLastRefusal } from './note-failure.ts'
import { hasLiveToken, type RenewableSession, type Wish } from './refresh-plan.ts'
import { createSaveReply } from './save-reply.ts'
import type { RefreshOutcome, TokenEndpoint } from './token-grant.ts'

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
  readonly claims: Claims
}): Settle {
  const { keeper, endpoint, clock, report, claims } = options
  const { writeIfOwn } = claims
  const saveReply = createSaveReply(options)
  const { failureAfter, heldOff, holdOff, halt, refuseTokenSet } = createNoteFailure(options)

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
        const isOfOne = isAboutRequest && wish.key !== defaultTokenKey
        return isOfOne ? refuseTokenSet(claim, wish.key, error) : halt(claim, error)
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

function notHandled(): RefreshUnavailableError {
  return new RefreshUnavailableError(
    'RESPONSE_INVALID',
    'The answer could not be dealt with: the session is kept.',
    { outcome: 'unknown' },
  )
}

function nonceRefused(): RefreshUnavailableError {
  return new RefreshUnavailableError(
    'SERVER_UNAVAILABLE',
    'The authorization server asked for another DPoP nonce right after it had named one: the session is kept.',
    { outcome: 'answered' },
  )
}
