import type { ConfigurationError, RefreshUnavailableError } from '../errors.ts'
import type { Page } from '../page.ts'
import type { Clock, Random } from '../ports.ts'
import type { Failure } from '../record/session-record.ts'
import { nextFailure, type Failed } from './back-off.ts'

/** What a server says of when to come again. */
export type Pacing = Partial<Pick<Failed, 'retryAfterMs' | 'isRateLimited' | 'at'>>

/** What is noted of an attempt that did not work out: how long all tabs wait, and what to look at. */
export type FailureAfter = (
  last: Failure | undefined,
  kind: Failure['kind'],
  error: ConfigurationError | RefreshUnavailableError,
  pacing?: Pacing,
) => Failure

/** So many attempts in a row that got nothing while others did are no matter of the network. */
const oddlySilent = 3

export function createFailureAfter(options: {
  readonly clock: Clock
  readonly random: Random
  readonly page: Page
}): FailureAfter {
  const { clock, random, page } = options

  /** A reply without CORS headers looks like no reply, but only to that one request. */
  function isOddlySilent(
    { code, attempt, since = 0 }: Failure,
    last: Failure | undefined,
  ): boolean {
    const isInRow = code === 'NETWORK' && last?.code === code && attempt >= oddlySilent
    return isInRow && (last.hint !== undefined || page.answeredAt() > since)
  }

  return (last, kind, { code, oauth }, { retryAfterMs, isRateLimited, at = clock.now() } = {}) => {
    const failure = nextFailure(last, {
      kind,
      code,
      oauth,
      at,
      fraction: random.fraction(),
      retryAfterMs,
      isRateLimited,
    })
    if (oauth?.error === 'invalid_dpop_proof') return { ...failure, hint: 'clock' }
    return isOddlySilent(failure, last) ? { ...failure, hint: 'cors' } : failure
  }
}
