import { defined } from '../defined.ts'
import { disposedError, notRenewable } from '../errors.ts'
import type { EndReason } from '../end-reason.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import { patiently } from '../patiently.ts'
import type { AbortSignalLike, Clock, LockHandle, LockManager, Random } from '../ports.ts'
import { ended } from '../record/record-changes.ts'
import { toFailureError, toSessionEndedError } from '../record/record-errors.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import {
  refreshTokenGenerationOf,
  isSameRecord,
  type SessionRecord,
} from '../record/session-record.ts'
import { scopeOf, type TokenSet } from '../record/token-set.ts'
import { onAbort, untilFirst } from '../until.ts'
import { createClaimKeeper, leaseMsFor } from './claim.ts'
import {
  planRefresh,
  type Accepts,
  type PlanContext,
  type RefreshPlan,
  type Wish,
} from './refresh-plan.ts'
import type { Mail } from './mail.ts'
import { createSend } from './send.ts'
import { createSettlement } from './settlement.ts'
import { lockUntilPutAway, type LockUntilPutAway } from './lock-until-put-away.ts'
import { bringsRefreshToken, type TokenEndpoint } from './token-grant.ts'

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
  /** Where there is a courier, so that a renewal survives its page. */
  readonly mail?: Mail | undefined
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
/** What a tab has to have the lock for, or to wait for. */
const needsTurn: readonly RefreshPlan['kind'][] = ['refresh', 'collect', 'wait', 'await-mail']
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
  const { keeper, endpoint, clock, page, report, mail, disposal } = options
  const leaseMs = leaseMsFor(options.tokenRequestTimeoutMs)
  const claims = createClaimKeeper({ ...options, newLetter: mail?.newLetter })
  const send = createSend({ ...options, claims })
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
          case 'await-mail':
            lock.release()
            await (mail?.untilNews(plan.letters, record.lease, onNews) ??
              untilFirst(clock, lookAgainMs, onNews))
            continue
          case 'collect':
            await collect(record, plan, lock, wish)
            continue
          case 'refresh':
        }

        // 4. Claim.
        const claim = await claims.take(record, plan, lock, wish.key)
        if (!claim) continue

        // 5. Send; once more, by another claim, if the server wants a DPoP nonce.
        let sent = await send(claim, wish)
        if (sent.outcome.kind === 'nonce-required') {
          const renewed = await claims.renew(claim, wish.key)
          sent = renewed ? await send(renewed, wish) : { claim, outcome: { kind: 'withheld' } }
        }

        // 6. and 7. Commit, or note what went wrong; the keeper announces it, and then comes the release.
        const conclusion = await settle(sent.claim, sent.outcome, wish)
        if (conclusion.kind === 'token') return conclusion.token
        if (conclusion.kind === 'error') throw conclusion.error
      } finally {
        lock.release()
      }
    }
  }

  /** Settles what a courier has filed, as if this tab had sent it. */
  async function collect(
    record: SessionRecord,
    plan: RefreshPlan & { kind: 'collect' },
    lock: LockUntilPutAway,
    wish: Wish,
  ): Promise<void> {
    const claim = await claims.take(record, plan, lock, plan.letter.about)
    if (!claim) return
    report({ type: 'collected', generation: record.generation })
    const sentFor: Wish = {
      ...wish,
      key: plan.letter.about,
      parameters: defined({ scope: scopeOf(plan.letter.about) }),
      rejected: undefined,
    }
    const sent = await send(claim, sentFor)
    const { outcome } = sent
    const wasRead = sent.claim.letter?.answer !== undefined
    // What was asked for with the refresh token before the stored one says nothing about that one, and
    // with the nonce that is known by now it is sent anew, by a claim of its own.
    const isOwed =
      plan.letter.token === refreshTokenGenerationOf(plan.session) || bringsRefreshToken(outcome)
    if (wasRead && isOwed && outcome.kind !== 'nonce-required') {
      await settle(sent.claim, outcome, sentFor)
      return
    }
    await claims.giveUp(sent.claim)
    if (!wasRead && 'error' in outcome) throw outcome.error
  }

  /** Something that a tab waiting for time to pass wants to know of. */
  function onNews(listener: () => void): () => void {
    const ends = [keeper.onSeen(listener), onAbort(disposal)(listener, listener)]
    return () => ends.forEach((end) => end())
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
        forgetDisposal()
        resolve(record)
      }
      const giveUp = (): void => {
        lock.release()
        finish()
      }
      const cancel = patiently(clock, leaseMs + lockMarginMs, giveUp)
      const forgetDisposal = onAbort(disposal)(giveUp, giveUp)
      const unsubscribe = keeper.onSeen((record) => {
        const { kind } = planRefresh(record, wish, contextOf(lock))
        if (!needsTurn.includes(kind)) finish(record)
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
      isOrphaned: mail?.isOrphaned,
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
