import type { IdleParts, IdleWatch } from '../core/session/idle-support.ts'
import { active, ended } from '../core/record/record-changes.ts'
import { isSameSession, type SessionRecord } from '../core/record/session-record.ts'
import type { IdleSettings } from './idle-options.ts'
import {
  byWallClock,
  instantOf,
  isKnown,
  later,
  readClocks,
  sinceMs,
  type Instant,
} from './last-activity.ts'

/** So long a wake-up of the machine may go unnoticed: timers do not see it sleep. */
const longestTimerMs = 30_000
/** What storage has refused is offered again so soon, then after twice as long, and so on. */
const firstRetryMs = 1_000

export interface SessionWatch extends IdleWatch {
  /** The user has just done something. */
  note(): void
}

/**
 * Watches one session from one tab. When the user last did something stands in the record, where every
 * tab and the next start of the browser find it; what this tab has seen since then it knows by itself.
 *
 * @param show Told when the session ends if nobody does anything, once that is time for a warning.
 */
export function watchSession(
  { keeper, clock, page, revoke }: IdleParts,
  { afterMs, warnBeforeMs }: IdleSettings,
  show: (endsAt: number | undefined) => void,
): SessionWatch {
  /** Activity is written no more often, and the end comes early by no more if a page is lost before. */
  const writeEveryMs = Math.min(30_000, afterMs / 30)
  let last: Instant | undefined
  /** Whose activity that was. */
  let noted: SessionRecord | undefined
  /** What the record says, and how it said it. */
  let written: Instant | undefined
  let stamp: number | undefined
  let cancel = (): void => {}
  let cancelWrite: (() => void) | undefined
  let retryMs = firstRetryMs
  let isAsking = false
  let isDisposed = false

  const overdue: IdleWatch['overdue'] = (record) => {
    if (!record.session) return undefined
    const now = readClocks(clock)
    const said = activeAtOf(record)
    if (said !== stamp) {
      stamp = said
      written = instantOf(said, now)
      last = later(last, written, now)
    }
    // No instant of its own for the end, so that whoever finds it comes to the same record.
    return last && sinceMs(last, now) >= afterMs ? ended(record, 'idle', 0) : undefined
  }

  /** Shows how things stand by now, and looks again when that will be another. */
  function look(): void {
    cancel()
    const isOn = keeper.seen()?.session !== undefined && last !== undefined && !isDisposed
    if (!isOn || !last) return show(undefined)
    const now = readClocks(clock)
    const mended = byWallClock(last, now)
    if (mended !== last) {
      last = mended
      noted = keeper.seen()
      write()
    }
    const leftMs = afterMs - sinceMs(last, now)
    const isTimeToWarn = leftMs <= warnBeforeMs
    show(isTimeToWarn && leftMs > 0 ? last.at + afterMs : undefined)
    if (leftMs <= 0) return void askStorage()
    const dueMs = isTimeToWarn ? leftMs : leftMs - warnBeforeMs
    cancel = clock.schedule(Math.min(dueMs, longestTimerMs), look)
  }

  /** Another tab may have seen what this one has not. If storage says nothing, this tab has the word. */
  async function askStorage(): Promise<void> {
    if (isAsking) return
    isAsking = true
    await keeper.read().catch(() => undefined)
    isAsking = false
    keeper.endOverdue()
    look()
  }

  function write(): void {
    cancelWrite?.()
    cancelWrite = undefined
    const mine = last
    const of = noted
    if (!mine || !of || isDisposed) return
    written = mine
    keeper
      .update((record) => {
        const { session } = record
        // What was done in a session that is over says nothing of the next one, perhaps of another user.
        const isNews =
          session &&
          isSameSession(record, of) &&
          !isKnown(mine, activeAtOf(record), readClocks(clock))
        return { next: isNews ? active(record, session, mine.at) : undefined, result: undefined }
      })
      .then(() => {
        retryMs = firstRetryMs
      }, writeAgain)
  }

  function writeAgain(): void {
    cancelWrite ??= clock.schedule(retryMs, write)
    retryMs = Math.min(2 * retryMs, writeEveryMs)
  }

  function note(): void {
    if (!keeper.seen()?.session || isDisposed) return
    const now = readClocks(clock)
    // Too late: whoever comes back may be somebody else.
    if (last && sinceMs(last, now) >= afterMs) return look()
    const wasWarned = last !== undefined && sinceMs(last, now) >= afterMs - warnBeforeMs
    last = now
    noted = keeper.seen()
    const waitMs = written && !wasWarned ? writeEveryMs - sinceMs(written, now) : 0
    if (waitMs <= 0) write()
    else cancelWrite ??= clock.schedule(waitMs, write)
    if (wasWarned) look()
  }

  const stops = [
    keeper.onSeen(look),
    page.subscribe((event) => {
      if (event !== 'hide') look()
    }),
  ]

  return {
    overdue,
    note,
    onNews({ endedBy }, { session }) {
      // Only the tab that has ended it.
      if (endedBy !== 'idle' || session?.refreshToken === undefined) return
      const secrets = Object.values(session.tokens).map(({ accessToken }) => accessToken)
      const { refreshToken } = session
      // A page that is only prerendered sends nothing.
      void page.present().then(() => revoke(refreshToken, secrets))
    },
    dispose() {
      isDisposed = true
      for (const stop of stops) stop()
      cancelWrite?.()
      cancel()
      show(undefined)
    },
  }
}

/** When the user was last active, as a record has it: a sign-in is activity, and begins an epoch by the clock. */
function activeAtOf({ session, epoch }: SessionRecord): number {
  return session?.activeAt ?? epoch
}
