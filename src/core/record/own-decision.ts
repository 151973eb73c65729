import type { SessionRecord } from './session-record.ts'

/** What this tab has decided and storage does not hold: it has refused it, or is just being told. */
export interface OwnDecision {
  /** What becomes of a record by it; nothing, where it does not apply. */
  readonly change: (record: SessionRecord) => SessionRecord | undefined
  /** What this tab knew then. Epoch and generation never fall behind it. */
  readonly base: SessionRecord
  /**
   * What is stored in a later epoch was decided later, and counts more. `Infinity`: it is about to be
   * written over whatever is there. `undefined`: this tab does not know where storage is; whatever it
   * is next heard to hold was decided earlier.
   */
  upTo: number | undefined
}

/** What holds where storage says this; nothing, if another tab has moved on. */
export function laidOver(
  { change, base, upTo = Infinity }: OwnDecision,
  stored: SessionRecord,
): SessionRecord | undefined {
  if (stored.epoch > upTo) return undefined
  const epoch = Math.max(base.epoch, stored.epoch)
  const generation = Math.max(base.generation, stored.generation)
  const next = change({ ...stored, epoch, generation })
  // One write more than storage holds; so every write of a peer shows, in the revision.
  return next && { ...next, revision: stored.revision + 1 }
}
