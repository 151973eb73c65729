import type { Clock } from '../core/ports.ts'

/** An instant by both clocks. */
export interface Instant {
  /** Ms since the epoch. */
  readonly at: number
  readonly monotonic: number
}

/**
 * Ms since an instant, by whichever clock says more: only the wall clock sees the machine sleep, and
 * only the other goes on where the wall clock is set back.
 */
export function sinceMs(instant: Instant, now: Instant): number {
  return Math.max(now.at - instant.at, now.monotonic - instant.monotonic)
}

/**
 * An instant that is known by the wall clock alone, because a tab has written it down. One in the
 * future was written before the clock was set back: nobody knows how long ago, and it counts as now.
 */
export function instantOf(at: number, now: Instant): Instant {
  return { at, monotonic: now.monotonic - Math.max(0, now.at - at) }
}

/** The later of two. */
export function later(a: Instant | undefined, b: Instant, now: Instant): Instant {
  return a && sinceMs(a, now) <= sinceMs(b, now) ? a : b
}

/**
 * The same instant as the wall clock would show it, if that was set back since: what is written down in
 * the future would be believed by every page that is opened later.
 */
export function byWallClock(instant: Instant, now: Instant): Instant {
  const agoMs = now.monotonic - instant.monotonic
  return now.at - instant.at < agoMs - slackMs ? { ...instant, at: now.at - agoMs } : instant
}

/** Whether what is written down is no earlier than this, and not from a clock that was set back since. */
export function isKnown(instant: Instant, activeAt: number | undefined, now: Instant): boolean {
  return activeAt !== undefined && activeAt >= instant.at && activeAt <= now.at + slackMs
}

/** Clocks are read one after the other, and epochs may be a little ahead of the one they were taken from. */
const slackMs = 1_000

export function readClocks(clock: Clock): Instant {
  return { at: clock.now(), monotonic: clock.monotonic() }
}
