import type { RecordKeeper } from '../record/record-keeper.ts'
import { isRenewable, type RenewableSession } from './refresh-plan.ts'
import type { Lease, SessionRecord } from '../record/session-record.ts'

/** The right to send, and what is sent by it. */
export interface Claim {
  /** As the claim left it. */
  readonly record: SessionRecord
  readonly session: RenewableSession
  readonly lease: Lease
  readonly takenAtMonotonic: number
}

/**
 * Writes unless the lease is another's by now: then that tab is sending, and what this one learned is
 * out of date.
 */
export type WriteIfOwn = (
  claim: Claim,
  change: (record: SessionRecord, session: RenewableSession) => SessionRecord,
) => Promise<SessionRecord | undefined>

export function createWriteIfOwn(keeper: RecordKeeper, tab: string): WriteIfOwn {
  return (claim, change) =>
    keeper.update<SessionRecord | undefined>((current) => {
      const { lease } = current
      const isOwn = lease?.tab === tab && lease.takenAt === claim.lease.takenAt
      if (!isOwn || !holdsWhatWasSent(current, claim)) return { result: undefined }
      const next = change(current, current.session)
      return { next, result: next }
    })
}

/** Whether the record still holds the session and the refresh token that was sent. */
export function holdsWhatWasSent(
  current: SessionRecord,
  claim: Claim,
): current is SessionRecord & { readonly session: RenewableSession } {
  const { session } = current
  return (
    current.epoch === claim.record.epoch &&
    session !== undefined &&
    isRenewable(session) &&
    session.refreshToken === claim.session.refreshToken
  )
}
