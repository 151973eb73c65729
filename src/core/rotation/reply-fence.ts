import type { SessionRecord } from '../record/session-record.ts'
import { isRenewable, type RenewableSession } from './refresh-plan.ts'

/** What a refresh token was sent for. */
export interface SentFor {
  readonly record: Pick<SessionRecord, 'epoch'>
  readonly session: Pick<RenewableSession, 'refreshToken'>
}

/**
 * Whether the record still holds the session and the refresh token that was sent: if not, nothing is
 * sent any more, and what comes back came too late.
 */
export function isAwaited(
  current: SessionRecord,
  sent: SentFor,
): current is SessionRecord & { readonly session: RenewableSession } {
  const { epoch, session } = current
  return (
    epoch === sent.record.epoch &&
    session !== undefined &&
    isRenewable(session) &&
    session.refreshToken === sent.session.refreshToken
  )
}
