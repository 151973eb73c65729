import { longestLookMs } from './lookout.ts'
import type { Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { SessionRecord } from '../record/session-record.ts'
import { atMost } from '../until.ts'

/**
 * Stands from the moment in which a sign-in begins to be finished. A sign-out since then counts more,
 * here or elsewhere, also if somebody has signed in again after it: that session is not replaced by one
 * from before. A sign-in alone does not: of two the later one counts.
 */
export interface SignOutFence {
  /** Looks at storage, so that sign-outs of other tabs before this moment do not count. Never rejects. */
  look(): Promise<void>
  /** Whether there was a sign-out, as far as this record tells. */
  isPassed(record?: SessionRecord): boolean
}

export function createSignOutFence(
  { keeper, clock }: { readonly keeper: RecordKeeper; readonly clock: Clock },
  signOutsHere: () => number,
): SignOutFence {
  const before = signOutsHere()
  const raisedAt = Math.floor(clock.now())
  /** Until it has looked, only this tab's own sign-outs count. */
  let epoch = Infinity

  return {
    async look() {
      const read = atMost(clock, longestLookMs, keeper.read()).catch(() => undefined)
      const record = (await read) ?? keeper.seen()
      // Epochs start from the clock, whose milliseconds may hold a sign-out and this.
      epoch = record?.epoch ?? raisedAt - 1
    },
    isPassed: (record = keeper.seen()) =>
      signOutsHere() !== before || (record?.signedOutEpoch ?? 0) > epoch,
  }
}
