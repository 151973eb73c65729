import type { Attempt, ClaimSeen, Ledger } from './ledger.ts'
import type { Broken, Grant, Keeper, Moment } from './moment.ts'

export const leaseMs = 15_000

/**
 * A refresh token is presented by one live attempt at a time, never once its successor is in storage,
 * and never after the server has refused it for good.
 *
 * An attempt lives from its sending until its outcome is written down, its tab is gone, put away or
 * has lost its lock, or its lease is over.
 */
export function createOneSpend(options: {
  readonly ledger: Ledger
  readonly broken: Broken
  readonly grant: Grant
}): Keeper {
  const { ledger, grant } = options
  const broken = (words: string): void => options.broken('one spend (1)', words)

  function isLive(attempt: Attempt, claim: ClaimSeen, nowMs: number): boolean {
    if (attempt.tab === claim.tab) return attempt.end === 'flying'
    const isUndecided = attempt.end === 'flying' || attempt.end === 'accepted'
    const lasts = nowMs < attempt.claim.atMs + leaseMs
    return isUndecided && !attempt.isOver && !attempt.isUnsaved && lasts
  }

  function judge(attempt: Attempt, claim: ClaimSeen, nowMs: number): void {
    const { tab } = claim
    const lasts = nowMs < attempt.claim.atMs + leaseMs
    const isRefused = attempt.end === 'rejected' && !attempt.isOver && lasts
    if (isRefused && attempt.isUnsaved && grant('storage refused')) return
    if (isRefused && attempt.isDisplaced && grant('late reply after the lease')) return
    if (!isLive(attempt, claim, nowMs) && !isRefused) return
    const isStepped = claim.clockSteps > attempt.claim.clockSteps
    const hasLock = claim.underLock && attempt.claim.underLock
    if (isStepped && !hasLock && grant('clock stepped without the lock')) return
    const what = isRefused ? 'was refused' : 'is presenting'
    broken(`${tab.name} presents the token that ${attempt.tab.name} ${what}`)
  }

  function seeSent({ tab, request, at, atMs }: Moment & { readonly type: 'sent' }): void {
    const claim = ledger.claimOf(tab)
    const { refreshToken } = request
    if (!claim || claim.isUsed || claim.refreshToken !== refreshToken) {
      return broken(`${tab.name} presents a token that it has not claimed the right to present`)
    }
    claim.isUsed = true
    const succeededAt = ledger.succeededAt(refreshToken)
    if (succeededAt !== undefined && succeededAt < at) {
      const isRace = claim.at < succeededAt && atMs < claim.atMs + leaseMs
      const told = ledger.toldTo(tab)
      const hasHeard =
        told?.session !== undefined &&
        told.epoch === claim.epoch &&
        told.session.refreshToken !== refreshToken
      if (!isRace || hasHeard || !grant('late reply after the lease')) {
        broken(`${tab.name} presents a token whose successor is in storage`)
      }
    }
    for (const attempt of ledger.attempts) {
      if (attempt.refreshToken === refreshToken && attempt.request !== request) {
        judge(attempt, claim, atMs)
      }
    }
  }

  return {
    see(moment) {
      if (moment.type === 'sent') seeSent(moment)
    },
  }
}
