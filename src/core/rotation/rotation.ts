import { disposedError, notRenewable } from '../errors.ts'
import type { EndReason } from '../end-reason.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import { patiently } from '../patience.ts'
import type { AbortSignalLike, Clock, LockHandle, LockManager, Random } from '../ports.ts'
import { ended } from '../record/record-changes.ts'
import { toFailureError, toSessionEndedError } from '../record/record-errors.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { isSameRecord, type SessionRecord } from '../record/session-record.ts'
import type { TokenSet } from '../record/token-set.ts'
import { untilFirst } from '../until.ts'
import { createClaims, leaseMsFor, type Claim } from './claim.ts'
import { planRefresh, type Accepts, type PlanContext, type Wish } from './refresh-plan.ts'
import { createSettlement } from './settlement.ts'
import { lockUntilPutAway, type LockUntilPutAway } from './lock-until-put-away.ts'
import type { RefreshOutcome, TokenEndpoint } from './token-grant.ts'

export interface RotationOptions {
  readonly keeper: RecordKeeper
  readonly endpoint: TokenEndpoint
  readonly locks: LockManager
  readonly lockName: string
  readonly clock: Clock
  readonly random: Random
  /** The name of this tab, as leases carry it. */
  readonly tab: string
  readonly page: Page
  readonly report: Report
  readonly tokenRequestTimeoutMs: number
  readonly accepts: Accepts
  /** Once aborted, nothing that has not been claimed yet is begun any more. */
  readonly disposal: AbortSignalLike
}

/**
 * Gets a token set that fulfils the wish: one that a peer has written meanwhile, or a new one.
 * Rejects with a {@link TokenError} if neither can be had now.
 */
export type Rotate = (wish: Wish) => Promise<TokenSet>

/** How much longer than a lease a tab waits for the lock. */
const lockMarginMs = 5_000
/** News may get lost, or there may be nothing that brings any. */
const lookAgainMs = 1_000

/**
 * The rotation of the refresh token: at any time at most one tab presents it.
 *
 * Storage decides: every write compares with what was read. The lease, a part of the record, gives
 * the right to send. The lock wakes a waiter the moment its holder is done or gone, and an
 * announcement spares it its turn. Without lock and announcements the same holds, only slower.
 */
export function createRotation(options: RotationOptions): Rotate {
  const { keeper, endpoint, clock, page, report, disposal } = options
  const leaseMs = leaseMsFor(options.tokenRequestTimeoutMs)
  const claims = createClaims(options)
  const settle = createSettlement({ ...options, claims })
  let lacksLocks = false

  // 1. Single flight: this runs once at a time in a tab, and all its callers share it.
  return async function rotate(wish) {
    for (;;) {
      await page.present()
      if (disposal.aborted) throw disposedError()
      const known = keeper.seen()
      const early = known && planRefresh(known, wish, contextOf())
      // Whoever waits it out does so without the lock.
      if (early?.kind === 'hold-off') throw toFailureError(early.failure)
      // Before the lock, so that discovery never lengthens the time it is held.
      if (early?.kind !== 'not-renewable') await endpoint.prepare()

      // 2. Lock.
      report({ type: 'lock-requested' })
      const lock = lockUntilPutAway(options.locks.request(options.lockName), page, clock)
      try {
        // 3. Read the record and plan.
        const record = (await itsTurn(lock, wish)) ?? (await keeper.read())
        if (lock.wasPutAway() || disposal.aborted) continue
        const plan = planRefresh(record, wish, contextOf(lock))
        switch (plan.kind) {
          case 'adopt':
            return plan.token
          case 'signed-out':
            throw toSessionEndedError(record)
          case 'not-renewable':
            if (plan.ended) await endSession(record, plan.ended)
            throw notRenewable()
          case 'hold-off':
            throw toFailureError(plan.failure)
          case 'wait':
            lock.release()
            await untilFirst(clock, Math.min(plan.until - clock.now(), lookAgainMs), onNews)
            continue
          case 'refresh':
        }

        // 4. Claim.
        let claim = await claims.take(record, plan, lock)
        if (!claim) continue

        // 5. Send; once more, by another claim, if the server wants a DPoP nonce.
        let outcome = await send(claim, wish)
        if (outcome.kind === 'nonce-required') {
          const renewed = await claims.renew(claim)
          outcome = renewed ? await send(renewed, wish) : { kind: 'withheld' }
          claim = renewed ?? claim
        }

        // 6. and 7. Commit, or note what went wrong; the keeper announces it, and then comes the release.
        const conclusion = await settle(claim, outcome, wish)
        if (conclusion.kind === 'token') return conclusion.token
        if (conclusion.kind === 'error') throw conclusion.error
      } finally {
        lock.release()
      }
    }
  }

  function send(claim: Claim, wish: Wish): Promise<RefreshOutcome> {
    const { session } = claim
    return endpoint.refresh({
      refreshToken: session.refreshToken,
      parameters: wish.parameters,
      previous: session,
      secrets: Object.values(session.tokens).map(({ accessToken }) => accessToken),
      senderKey: session.senderKey,
      maySend() {
        const may = claims.maySend(claim)
        if (may) report({ type: 'sent', generation: claim.record.generation })
        return may
      },
    })
  }

  /** Something that a tab waiting for time to pass wants to know of. */
  function onNews(listener: () => void): () => void {
    const unsubscribe = keeper.onSeen(listener)
    disposal.addEventListener('abort', listener)
    return () => {
      unsubscribe()
      disposal.removeEventListener('abort', listener)
    }
  }

  /**
   * Waits for the lock, but not past the longest lease, and not once this tab has seen a record that
   * needs no refresh. Fulfils with that record, or with nothing.
   */
  function itsTurn(lock: LockUntilPutAway, wish: Wish): Promise<SessionRecord | undefined> {
    const askedAt = clock.monotonic()
    return new Promise((resolve) => {
      let isOver = false
      const finish = (record?: SessionRecord): void => {
        isOver = true
        cancel()
        unsubscribe()
        disposal.removeEventListener('abort', giveUp)
        resolve(record)
      }
      const giveUp = (): void => {
        lock.release()
        finish()
      }
      const cancel = patiently(clock, leaseMs + lockMarginMs, giveUp)
      disposal.addEventListener('abort', giveUp)
      const unsubscribe = keeper.onSeen((record) => {
        const { kind } = planRefresh(record, wish, contextOf(lock))
        if (kind !== 'refresh' && kind !== 'wait') finish(record)
      })
      void lock.granted.then((held) => {
        if (isOver) return
        report({ type: 'lock-granted', held, waitedMs: clock.monotonic() - askedAt })
        if (!held && !lock.wasPutAway()) reportNoLocks()
        finish()
      })
    })
  }

  function reportNoLocks(): void {
    if (!lacksLocks) report({ type: 'degraded', missing: 'locks' })
    lacksLocks = true
  }

  function contextOf(lock?: LockHandle): PlanContext {
    return {
      now: clock.now(),
      tab: options.tab,
      lockHeld: lock?.isHeld() ?? false,
      leaseMs,
      onlineAt: page.onlineAt(),
      accepts: options.accepts,
    }
  }

  function endSession(record: SessionRecord, reason: EndReason): Promise<unknown> {
    const over = ended(record, reason, clock.now())
    return keeper.update((current) => ({
      next: isSameRecord(current, record) ? over : undefined,
      result: undefined,
    }))
  }
}
