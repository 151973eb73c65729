import type { Failure, Lease } from './session-record.ts'

const firstBackOffMs = 1_000
const longestBackOffMs = 60_000
const longestRetryAfterMs = 3_600_000

/** How long a configuration error keeps all tabs from trying again. */
export const haltMs = 600_000

/**
 * The pause after the first attempt whose outcome nobody knows. Servers with a grace window answer
 * the same refresh token again, but only for a few seconds.
 */
export const promptRetryMs = 250

/** Two processes of one machine may read the wall clock in the wrong order, by very little. */
const clockSlackMs = 1_000

/** Exponential with equal jitter (half fixed, half random), at most a minute. `attempt` counts from 1. */
export function backOffMs(attempt: number, fraction: number): number {
  const ceiling = Math.min(longestBackOffMs, firstBackOffMs * 2 ** (attempt - 1))
  return Math.round((ceiling * (1 + fraction)) / 2)
}

/** How long all tabs wait after failed attempt number `attempt`. */
export function holdOffMs(failed: {
  readonly attempt: number
  /** Whether this is the first attempt with this refresh token whose outcome nobody knows. */
  readonly firstUnknown: boolean
  readonly retryAfterMs?: number | undefined
  readonly fraction: number
}): number {
  if (failed.retryAfterMs === undefined && failed.firstUnknown) return promptRetryMs
  const ownMs = backOffMs(failed.attempt, failed.fraction)
  // A server that names a second every time would otherwise be asked every second.
  return Math.max(ownMs, Math.min(failed.retryAfterMs ?? 0, longestRetryAfterMs))
}

/** The failure that follows `last`. What went wrong long ago does not make today's first a tenth. */
export function nextFailure(
  last: Failure | undefined,
  failed: {
    readonly kind: Failure['kind']
    readonly code: string
    readonly at: number
    readonly fraction: number
    readonly firstUnknown?: boolean
    readonly retryAfterMs?: number | undefined
  },
): Failure {
  const { kind, code, at, fraction, firstUnknown = false, retryAfterMs } = failed
  const goesOn = last !== undefined && at - last.until < longestBackOffMs
  const attempt = goesOn ? last.attempt + 1 : 1
  const pauseMs =
    kind === 'configuration' ? haltMs : holdOffMs({ attempt, firstUnknown, retryAfterMs, fraction })
  return { kind, code, attempt, failedAt: at, until: at + pauseMs }
}

/** Whether a span still runs. One that begins in the future or is too long comes from a clock that was stepped. */
function runs(from: number, until: number, longestMs: number, now: number): boolean {
  return from <= now + clockSlackMs && until - from <= longestMs && now < until
}

export function isHoldOffInForce(failure: Failure, now: number): boolean {
  return runs(failure.failedAt, failure.until, longestRetryAfterMs, now)
}

export function isLeaseInForce(lease: Lease, leaseMs: number, now: number): boolean {
  return runs(lease.takenAt, lease.until, leaseMs, now)
}
