import { defined } from '../defined.ts'
import { runs } from '../time-span.ts'
import type { Failure } from '../record/session-record.ts'
import type { OAuthErrorDetails } from '../errors.ts'

const steadyPauseMs = 8_000
const longestPauseMs = 60_000
/** For no longer does a server that names a pause get one. */
export const longestRetryAfterMs = 3_600_000
/** Who asks so long after a pause was over does not know whether the outage went on. */
const lapseMs = 120_000

/** How long a configuration error keeps all tabs from trying again. */
const haltMs = 600_000

/**
 * The pause after the first failure of an outage: most are over by then, and servers with a grace
 * window answer the same refresh token again, but only for a few seconds.
 */
export const promptRetryMs = 250

/** How long an attempt waits that nobody but a timer wants. */
export const unaskedPauseMs = 60_000

/**
 * The pause after failed attempt number `attempt` of an outage, which counts from 1: a quarter of a
 * second; then 1, 2, 4 and 8 s with equal jitter (half fixed, half random); then an eighth of the
 * outage so far, from 8 s to a minute, more or less a tenth.
 *
 * With failures that are instant this makes: three of them are over after 0.25 + 1 + 2 = 3.25 s at the
 * latest. In 30 s fall at most 9 attempts (at 0, 0.25, 0.75, 1.75, 3.75, 7.75 s, then every 7.2 s), and
 * the next one 8 × 1.1 = 8.8 s after the end at the latest. In 5 min fall at most 28 (14 until the
 * eighth exceeds 8 s after 64 s, then each 1.1125 times as late as the one before), and the next one
 * 300 / 8 × 1.1 = 41.25 s after the end.
 */
export function pauseAfterMs(failed: {
  readonly attempt: number
  readonly outageMs: number
  readonly fraction: number
  readonly isRateLimited?: boolean | undefined
}): number {
  const { attempt, outageMs, fraction } = failed
  if (attempt === 1 && !failed.isRateLimited) return promptRetryMs
  const growingMs = 1_000 * 2 ** Math.max(0, attempt - 2)
  if (growingMs <= steadyPauseMs) return Math.round((growingMs * (1 + fraction)) / 2)
  const fairMs = Math.max(steadyPauseMs, outageMs / 8)
  return Math.round(Math.min(longestPauseMs, fairMs * (0.9 + fraction / 5)))
}

/** What a failure comes from, and when. */
export interface Failed {
  readonly kind: Failure['kind']
  readonly code: string
  readonly oauth?: OAuthErrorDetails | undefined
  readonly at: number
  readonly fraction: number
  readonly retryAfterMs?: number | undefined
  readonly isRateLimited?: boolean | undefined
}

/** The failure that follows `last`. What went wrong long ago does not make today's first a tenth. */
export function nextFailure(last: Failure | undefined, failed: Failed): Failure {
  const { kind, code, oauth, at, retryAfterMs = 0 } = failed
  const goesOn = last !== undefined && at - last.until < lapseMs
  const attempt = goesOn ? last.attempt + 1 : 1
  const since = goesOn ? outageBegan(last, at) : at
  // A server that names a second every time would otherwise be asked every second.
  const pauseMs =
    kind === 'configuration'
      ? haltMs
      : Math.max(
          pauseAfterMs({ ...failed, attempt, outageMs: at - since }),
          Math.min(retryAfterMs, longestRetryAfterMs),
        )
  return defined({ kind, code, oauth, attempt, since, failedAt: at, until: at + pauseMs })
}

/** One in the future, or longer than so many attempts can have made it, comes from a clock that was stepped. */
function outageBegan({ since, failedAt, attempt }: Failure, at: number): number {
  const from = since ?? failedAt
  const longestMs = attempt * (longestRetryAfterMs + lapseMs)
  return from <= at && at - from <= longestMs ? from : at
}

export function isHoldOffInForce(failure: Failure, now: number): boolean {
  return runs(failure.failedAt, failure.until, longestRetryAfterMs, now)
}

/** Ms for which no timer tries again: longer than those who are asked for a token have to wait. */
export function unaskedLeftMs({ failedAt, until }: Failure, now: number): number {
  const last = Math.max(until, failedAt + unaskedPauseMs)
  return runs(failedAt, last, longestRetryAfterMs, now) ? last - now : 0
}
