import { defined } from '../defined.ts'
import { SessionChangedError, type SessionEndedError } from '../errors.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { isSameSession, type Session, type SessionRecord } from '../record/session-record.ts'
import { toSessionEndedError } from '../record/record-errors.ts'

/** What tells whose a record is. */
type Owned = Pick<SessionRecord, 'epoch' | 'endedBy' | 'endedWith'> & {
  readonly session?: Pick<Session, 'id' | 'sub'>
}

/**
 * In whose name something is asked for: what the page showed in that moment. Nothing, if it had shown
 * no session yet: then the first one is meant that it comes to show.
 */
export type Asker = Owned | undefined

export interface Askers {
  /** Who asks now; has to be taken before anything is waited for. */
  now(): Asker
  /** Why an asker gets nothing of what this tab knows by now; nothing, if he does, or it has yet to look. */
  refusal(asker: Asker): SessionEndedError | SessionChangedError | undefined
}

export function createAskers(keeper: RecordKeeper): Askers {
  // Not the record itself, whose tokens would outlive the session here.
  let first: Owned | undefined
  let current: Asker

  keeper.onSeen((record) => {
    const { epoch, session } = record
    if (session) first ??= { epoch, session: defined({ id: session.id, sub: session.sub }) }
    current = first && record
  })

  return {
    now: () => current,
    refusal(asker) {
      if (!current || (asker === current && current.session)) return undefined
      if (!current.session) return toSessionEndedError(current)
      const owner = asker ?? first ?? current
      if (!owner.session) return toSessionEndedError(owner)
      return isSameUser(owner, current) ? undefined : sessionChanged()
    },
  }
}

/** One session, or two of a user who is known. */
function isSameUser(a: Owned, b: Owned): boolean {
  if (isSameSession(a, b)) return true
  const sub = a.session?.sub
  return Boolean(sub) && sub === b.session?.sub
}

function sessionChanged(): SessionChangedError {
  return new SessionChangedError(
    'SESSION_CHANGED',
    'Another session has begun since the request was made: it is not sent in its name.',
  )
}
