import type { SessionRecord } from './session-record.ts'

/** What this tab has decided and storage does not hold: it has refused it, or is just being told. */
export interface UnstoredDecision {
  /** What becomes of a record by it; nothing, where it does not apply. */
  readonly change: (record: SessionRecord) => SessionRecord | undefined
  /** What this tab knew then. Epoch and generation never fall behind it. */
  readonly base: SessionRecord
  /** The last epoch that was begun before it: what is stored in a later one counts more. */
  lastEpoch: LastEpoch
}

/**
 * `any`: the decision is about to be written over whatever is there. `the next heard`: this tab does
 * not know where storage is; whatever it is next heard to hold was decided earlier.
 */
type LastEpoch = number | 'any' | 'the next heard'

/** The decision may be heard of no later than now, with storage at `epoch`. */
export function boundTo(decision: UnstoredDecision, epoch: number): void {
  const { lastEpoch } = decision
  decision.lastEpoch = typeof lastEpoch === 'number' ? Math.min(lastEpoch, epoch) : epoch
}

/** What holds where storage says this; nothing, if another tab has moved on. */
export function laidOver(
  { change, base, lastEpoch }: UnstoredDecision,
  stored: SessionRecord,
): SessionRecord | undefined {
  if (typeof lastEpoch === 'number' && stored.epoch > lastEpoch) return undefined
  const epoch = Math.max(base.epoch, stored.epoch)
  const generation = Math.max(base.generation, stored.generation)
  const next = change({ ...stored, epoch, generation })
  // One write more than storage holds; so every write of a peer shows, in the revision.
  return next && { ...next, revision: stored.revision + 1 }
}
