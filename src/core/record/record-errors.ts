import {
  ConfigurationError,
  RefreshUnavailableError,
  SessionEndedError,
  type ConfigurationErrorCode,
  type RefreshUnavailableCode,
  type SessionEndedCode,
} from '../errors.ts'
import type { Failure, SessionRecord } from './session-record.ts'

/** The error for a failure that this tab, or another, wrote into the record. */
export function toFailureError(failure: Failure): RefreshUnavailableError | ConfigurationError {
  const { kind, code, until, oauth } = failure
  const word = oauth?.error ?? code
  if (kind === 'configuration') {
    return new ConfigurationError(
      code as ConfigurationErrorCode,
      `The authorization server rejects this client (${word}): renewal is halted in all tabs.`,
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

/** What an attempt came to, as its callers are told once it is noted when the next one is due. */
export function dueAgain(
  error: RefreshUnavailableError,
  failure: Failure,
): RefreshUnavailableError {
  const { code, message, outcome, oauth, cause } = error
  return new RefreshUnavailableError(code, message + hintOf(failure), {
    outcome,
    oauth,
    cause,
    retryAt: failure.until,
  })
}

/** What a message says besides. */
function hintOf({ hint }: Failure): string {
  if (!hint) return ''
  return hint === 'clock'
    ? ' Look at the clock of this device.'
    : ' Other requests succeed: look at the CORS headers of the token endpoint.'
}

/** The error for a record without a session. */
export function toSessionEndedError(
  record: Pick<SessionRecord, 'endedBy' | 'endedWith'>,
): SessionEndedError {
  const endedBy = record.endedBy ?? 'never'
  // Every reason is a code, spelled like one.
  const code = endedBy.toUpperCase().replaceAll('-', '_') as SessionEndedCode
  return new SessionEndedError(code, `No session (${endedBy}): a new sign-in is needed.`, {
    oauth: record.endedWith,
  })
}
