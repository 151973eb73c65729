/** Two processes of one machine may read the wall clock in the wrong order, by very little. */
const clockSlackMs = 1_000

/** Whether a span still runs. One that begins in the future or is too long comes from a clock that was stepped. */
export function runs(from: number, until: number, longestMs: number, now: number): boolean {
  return from <= now + clockSlackMs && until - from <= longestMs && now < until
}
