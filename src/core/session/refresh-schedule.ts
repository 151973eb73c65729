import type { AccessTokens } from './access-tokens.ts'
import { unaskedLeftMs, unaskedPauseMs } from '../rotation/back-off.ts'
import { RefreshUnavailableError } from '../errors.ts'
import type { Page } from '../page.ts'
import type { Clock, Random } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { isLifted, isRenewable } from '../rotation/refresh-plan.ts'
import type { Failure, Session } from '../record/session-record.ts'
import {
  defaultTokenKey,
  leewayOf,
  remainingMs,
  type TokenKey,
  type TokenSet,
} from '../record/token-set.ts'

/** When a timer renews: what is in use on a visible page, everything on a visible page, or nothing. */
export type RefreshAhead = 'in-use' | 'visible' | 'never'

export interface RefreshSchedule {
  /** Sets the timer anew; called whenever something it rests on may have changed. */
  arm(): void
  dispose(): void
}

/** Renewal begins up to this much before the leeway, a different bit in each tab. */
const longestJitterMs = 10_000
const shortestLifeMs = 5_000

/** Renews ahead of expiry. The timer is only a hint: every call judges its token by itself. */
export function createRefreshSchedule(options: {
  readonly keeper: RecordKeeper
  readonly tokens: AccessTokens
  readonly clock: Clock
  readonly random: Random
  readonly page: Page
  readonly refreshAhead: RefreshAhead
  readonly leewayMs: number
}): RefreshSchedule {
  const { keeper, tokens, clock, page, refreshAhead } = options
  const fraction = options.random.fraction()
  let cancel = (): void => {}
  let isDisposed = false

  /** @param notBeforeMs Leaves out what is due earlier: it was due, and nothing came of it. */
  function arm(notBeforeMs = 0): void {
    cancel()
    const due = isDisposed ? undefined : nextDue(notBeforeMs)
    cancel = due ? clock.schedule(due.inMs, () => fire(due.key)) : () => {}
  }

  function nextDue(
    notBeforeMs: number,
  ): { readonly key: TokenKey; readonly inMs: number } | undefined {
    const record = keeper.seen()
    if (!record?.session) return undefined
    const now = clock.now()
    if (!isRenewable(record.session)) {
      const inMs = lifeLeftMs(record.session, now)
      const isDue = Number.isFinite(inMs) && inMs >= notBeforeMs
      return isDue ? { key: defaultTokenKey, inMs } : undefined
    }
    if (refreshAhead === 'never') return undefined
    const heldOffMs = holdOffLeftMs(record.failure, now, page.onlineAt())
    return tokens
      .renewable()
      .map(({ key, token }) => ({
        key,
        inMs: Math.max(heldOffMs, dueInMs(token, { now, leewayMs: options.leewayMs, fraction })),
      }))
      .filter(({ inMs }) => Number.isFinite(inMs) && inMs >= notBeforeMs)
      .sort((a, b) => a.inMs - b.inMs)[0]
  }

  function fire(key: TokenKey): void {
    if (!isWanted(key)) return arm(1)
    tokens.renewAhead(key).catch((error: unknown) => {
      // Not every failure is in the record, where it would set the timer anew: discovery is not.
      const retryAt = error instanceof RefreshUnavailableError ? error.retryAt : undefined
      if (retryAt === undefined || isDisposed) return arm(1)
      cancel()
      cancel = clock.schedule(Math.max(retryAt - clock.now(), unaskedPauseMs), () => arm())
    })
  }

  function isWanted(key: TokenKey): boolean {
    const session = keeper.seen()?.session
    if (session && !isRenewable(session)) return true
    if (!page.isVisible() || !page.isOnline()) return false
    const candidate = tokens.renewable().find((token) => token.key === key)
    return refreshAhead === 'visible' || candidate?.used === true
  }

  return {
    arm: () => arm(),
    dispose() {
      isDisposed = true
      cancel()
    },
  }
}

/** Ms until a token should be renewed ahead of its end; `Infinity` if it names none. */
export function dueInMs(
  token: TokenSet,
  how: { readonly now: number; readonly leewayMs: number; readonly fraction: number },
): number {
  const leewayMs = leewayOf(token, how.leewayMs)
  const jitterMs = how.fraction * Math.min(leewayMs, longestJitterMs)
  const ageMs = how.now - token.receivedAt
  return Math.max(remainingMs(token, how.now) - leewayMs - jitterMs, shortestLifeMs - ageMs, 0)
}

function holdOffLeftMs(failure: Failure | undefined, now: number, onlineAt: number): number {
  if (!failure || isLifted(failure, { explicit: false }, { onlineAt })) return 0
  return unaskedLeftMs(failure, now)
}

function lifeLeftMs(session: Session, now: number): number {
  return Math.max(0, ...Object.values(session.tokens).map((token) => remainingMs(token, now)))
}
