import type { Clock } from '../core/ports.ts'
import type { LetterMessage } from './letter-message.ts'

/** By how much two pages of one machine may read the wall clock differently. */
const slackMs = 1_000

/**
 * Whether it is too late to send a letter: then others may have taken the lease it was written under.
 *
 * The wall clock sees how long it was under way, and the monotonic one how long it has been here since.
 * If more time is left now than when it was posted, the wall clock was set back and says nothing.
 */
export function isLate(
  { notAfter, leftMs }: LetterMessage,
  clock: Clock,
  arrivedMonotonic: number,
): boolean {
  const nowLeftMs = notAfter - clock.now()
  const hereMs = clock.monotonic() - arrivedMonotonic
  return nowLeftMs < 0 || nowLeftMs > leftMs + slackMs || hereMs > leftMs
}
