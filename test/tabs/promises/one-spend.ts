import type { Attempt, ClaimSeen, Ledger } from './ledger.ts'
import type { Broken, Grant, Keeper, Moment } from './moment.ts'

export const leaseMs = 15_000
/** How long a tab waits for a courier that has the lock of its letter. */
const stuckMs = 5_000

/**
 * A refresh token is presented by one live attempt at a time, never once its successor is in storage,
 * and never after the server has refused it for good: once more for each attempt that did not spend it
 * or whose outcome nobody can know.
 *
 * An attempt lives from its sending until its outcome is known not to have spent the token, or its
 * lease is over, or its tab is gone, put away or has lost its lock. For its own tab nothing but that
 * outcome ends it.
 */
export function createOneSpend(options: {
  readonly ledger: Ledger
  readonly broken: Broken
  readonly grant: Grant
  readonly hasLocks: boolean
}): Keeper {
  const { ledger, grant, hasLocks } = options
  const broken = (words: string): void => options.broken('one spend (1)', words)

  /** What an earlier attempt with the same token comes to for the tab that is to present it again. */
  function statusOf(attempt: Attempt, claim: ClaimSeen, nowMs: number): string | undefined {
    const { end, tab, request, filedAt } = attempt
    if (end === 'not-spent' || end === 'unknown') return undefined
    if (request.letter !== undefined) {
      const isOver = nowMs >= attempt.claim.atMs + leaseMs
      if (filedAt !== undefined) {
        const isRace = isOver && claim.at < filedAt && grant('late reply after the lease')
        return isRace ? undefined : `has seen ${end}`
      }
      if (attempt.isAbandoned) return undefined
      // It has given up offering it, and so let its lock go.
      if (attempt.isRefusedByStorage && grant('storage refused')) return undefined
      if (!isOver) return 'is presenting'
      // Its lock tells when it is gone, but one that gives no sign for so long is not waited for.
      const isStuck = hasLocks && nowMs < attempt.claim.atMs + leaseMs + stuckMs
      return isStuck ? 'is presenting' : void grant('late reply after the lease')
    }
    // The tab itself knows of its answer, whatever becomes of its lease.
    if (tab === claim.tab) return end === 'flying' ? 'is presenting' : `has seen ${end}`
    const lasts = !attempt.isAbandoned && nowMs < attempt.claim.atMs + leaseMs
    if (end === 'rejected') return lasts || attempt.isWrittenDown ? 'has seen rejected' : undefined
    return lasts ? 'is presenting' : undefined
  }

  function judge(attempt: Attempt, claim: ClaimSeen, nowMs: number): void {
    const status = statusOf(attempt, claim, nowMs)
    if (status === undefined) return
    const { end, isUnsaved, isDisplaced } = attempt
    const isOwn = attempt.tab === claim.tab
    if (isUnsaved && (end === 'rejected' || !isOwn) && grant('storage refused')) return
    if (end === 'rejected' && isDisplaced && grant('late reply after the lease')) return
    const isStepped = claim.clockSteps > attempt.claim.clockSteps
    const hasLock = claim.underLock && attempt.claim.underLock
    if (!isOwn && isStepped && !hasLock && grant('clock stepped without the lock')) return
    broken(`${claim.tab.name} presents the token that ${attempt.tab.name} ${status}`)
  }

  function seeSent({ tab, request, at, atMs }: Moment & { readonly type: 'sent' }): void {
    const claim = ledger.claimBehind(request)
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
