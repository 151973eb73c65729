import type { SessionRecord } from '../record/session-record.ts'

/** A proxy's bad moment is neither so long nor so often asked. */
const tolerableRefusals = 3
const tolerableRefusalsMs = 10_000

/** Whether one more refusal that nobody can read is one too many. */
export function isLastRefusal(record: SessionRecord, now: number): boolean {
  return (
    record.refusals + 1 >= tolerableRefusals &&
    now - refusedSince(record, now) >= tolerableRefusalsMs
  )
}

/** Since when the server has refused; an instant in the future comes from a clock that was set. */
export function refusedSince(
  { refusals, refusedSince: since = Infinity }: SessionRecord,
  at: number,
): number {
  return refusals > 0 ? Math.min(since, at) : at
}
