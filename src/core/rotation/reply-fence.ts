import { outdoes, type Origin, type SessionRecord } from '../record/session-record.ts'
import { isRenewable, type RenewableSession } from './refresh-plan.ts'

/** What a refresh token was sent for. */
export interface SentFor {
  readonly record: Pick<SessionRecord, 'epoch'>
  readonly session: Pick<RenewableSession, 'refreshToken'>
  /** The refresh token as records name it, and the claim that it was sent by. */
  readonly origin: Origin
}

type Current = SessionRecord & { readonly session: RenewableSession }

/**
 * Whether the record still holds the session and the refresh token that was sent: if not, nothing is
 * sent any more, and what comes back came too late.
 */
export function isAwaited(current: SessionRecord, sent: SentFor): current is Current {
  return isOfSession(current, sent) && current.session.refreshToken === sent.session.refreshToken
}

/**
 * Whether the reply is to be stored: also in the place of a reply to the same refresh token that was
 * claimed earlier, because a server with a grace window may have revoked that one by giving this.
 */
export function isWelcome(current: SessionRecord, sent: SentFor): current is Current {
  return isAwaited(current, sent) || (isOfSession(current, sent) && outdoes(sent.origin, current))
}

function isOfSession(current: SessionRecord, { record }: SentFor): current is Current {
  const { epoch, session } = current
  return epoch === record.epoch && session !== undefined && isRenewable(session)
}
