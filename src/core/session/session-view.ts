import { defined } from '../defined.ts'
import type { Report } from '../events.ts'
import { toSessionEndedError } from '../record/record-errors.ts'
import { lacking } from '../record/granted-scope.ts'
import { listen } from '../listen.ts'
import type { Page } from '../page.ts'
import type { Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { isSameSession, nameOf, type SessionRecord } from '../record/session-record.ts'
import { isSameState, restoring, toSessionState, type SessionState } from './session-state.ts'

export interface SessionView {
  /** The same object until something changed. */
  getState(): SessionState
  /** Calls `listener` at once, then on every change. */
  subscribe(listener: (state: SessionState) => void): () => void
  /** Looks whether the state is another by now; called when something it rests on has changed. */
  update(): void
  /** This tab has written `record` over what was stored before. */
  noteWritten(record: SessionRecord, before: SessionRecord): void
  dispose(): void
}

/** What a session was left as. */
interface End {
  readonly record: SessionRecord
  readonly sessionId: string
}

/** What this tab knows of the session, and the events that follow from what it sees in storage. */
export function createSessionView(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly tab: string
  readonly page: Page
  readonly report: Report
  /** Calls a listener of the app; what it throws must not stop anything here. */
  readonly call: (listener: () => void) => void
}): SessionView {
  const { keeper, clock, page, report, call } = options
  const listeners = new Set<(state: SessionState) => void>()
  let state: SessionState = restoring
  let isDisposed = false
  /** An end that is known, and is told once it is known whose decision it was. */
  let untold: End | undefined
  /** The session whose end was told last. */
  let told: string | undefined
  let cancel = (): void => {}

  const unsubscribe = keeper.onSeen((record, before) => {
    if (before) reportChange(record, before)
    update()
  })

  function update(): void {
    const record = keeper.seen()
    // A look that was under way at the end would set a timer that nothing takes back.
    if (!record || isDisposed) return
    // A lease of one's own means that one is sending.
    const running = record.lease?.tab === options.tab
    const next = toSessionState(record, { now: clock.now(), running, onlineAt: page.onlineAt() })
    const isSame = isSameState(next, state)
    if (!isSame) state = next
    // Also if nothing has changed yet: the timer may have been early by a hair.
    armForChangeByTime()
    if (isSame) return
    for (const listener of listeners) call(() => listener(next))
  }

  /** A hold-off ends by itself, with nobody writing anything. */
  function armForChangeByTime(): void {
    cancel()
    const until = keeper.seen()?.failure?.until
    const isHeldOff = state.status === 'signed-in' && 'error' in state.refresh
    cancel =
      isHeldOff && until !== undefined ? clock.schedule(until - clock.now(), update) : () => {}
  }

  function reportChange(record: SessionRecord, before: SessionRecord): void {
    const { session } = record
    if (!isSameSession(record, before)) {
      if (session) {
        if (untold) tellEnd(untold, false)
        report(defined({ type: 'session-started' as const, sub: session.sub }))
      } else if (before.session) {
        void tellOnceSettled({ record, sessionId: nameOf(before) })
      }
      return
    }
    const scope = session?.scope ?? ''
    if (lacking(scope, before.session?.scope).length > 0) report({ type: 'scope-narrowed', scope })
    const isOwn = before.lease?.tab === options.tab
    if (session && record.generation > before.generation && !isOwn) {
      report({ type: 'adopted', generation: record.generation })
    }
  }

  /** Several tabs may decide the same at once, and storage says whose decision it was. */
  async function tellOnceSettled(end: End): Promise<void> {
    untold = end
    // No tab has decided that storage is cleared, and what is there now is left as it is.
    const decidedHere = end.record.endedBy !== undefined && (await keeper.settled())
    if (untold === end) tellEnd(end, decidedHere)
  }

  function tellEnd({ record, sessionId }: End, decidedHere: boolean): void {
    untold = undefined
    if (told === sessionId) return
    told = sessionId
    const reason = record.endedBy ?? 'storage-cleared'
    const { code, oauth } = toSessionEndedError({ ...record, endedBy: reason })
    report(defined({ type: 'session-ended' as const, reason, code, oauth, decidedHere }))
  }

  return {
    getState: () => state,
    subscribe(listener) {
      // The same function may be subscribed twice; each subscription ends by itself.
      const end = listen(listeners, (next) => listener(next))
      call(() => listener(state))
      return end
    },
    update,
    noteWritten(record, before) {
      if (before.session && !record.session) tellEnd({ record, sessionId: nameOf(before) }, true)
    },
    dispose() {
      isDisposed = true
      cancel()
      unsubscribe()
      listeners.clear()
    },
  }
}
