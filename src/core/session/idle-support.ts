import type { Page } from '../page.ts'
import type { Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { SessionRecord } from '../record/session-record.ts'
import type { TokenEndpoint } from '../rotation/token-grant.ts'

/** What a manager gives, so that an idle session can be found and ended. */
export interface IdleParts {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly page: Page
  /** Calls a listener of the app; what it throws must not stop anything here. */
  readonly call: (listener: () => void) => void
  /** Best effort. */
  readonly revoke: TokenEndpoint['revoke']
}

/** What `idle()` gives, of `tokenring/idle`; it starts nothing before a manager has it watch. */
export interface IdleSupport {
  watch(parts: IdleParts): IdleWatch
}

export interface IdleWatch {
  /** What is left of a session that nobody has used for too long; nothing, if it is not so. */
  overdue(record: SessionRecord): SessionRecord | undefined
  /** This tab has written something that the others do not know of yet. */
  onNews(record: SessionRecord, before: SessionRecord): void
  dispose(): void
}
