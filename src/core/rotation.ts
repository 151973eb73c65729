import type { Announcement } from './announcement.ts'
import { promptRetryMs } from './back-off.ts'
import { disposedError, notRenewable } from './errors.ts'
import type { Report } from './events.ts'
import type { Page } from './page.ts'
import type {
  AbortSignalLike,
  Clock,
  LockHandle,
  LockManager,
  Random,
  RefreshOutcome,
  RefreshRequest,
  TokenEndpoint,
} from './ports.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { claimed, ended } from './record-changes.ts'
import { planRefresh, type PlanContext, type RenewableSession, type Wish } from './refresh-plan.ts'
import { holdsWhatWasSent, type Claim } from './claim.ts'
import { createSettlement } from './settlement.ts'
import {
  isSameRecord,
  type EndReason,
  type Failure,
  type Lease,
  type SessionRecord,
} from './session-record.ts'
import { takeLock, type TakenLock } from './taken-lock.ts'
import { toFailureError, toSessionEndedError } from './session-state.ts'
import type { TokenKey, TokenParameters, TokenSet } from './token-set.ts'
import { untilFirst } from './until.ts'

/** News may get lost, or there may be nothing that brings any. */
const lookAgainMs = 1_000

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
  readonly announce: (record: SessionRecord, kind: Announcement['kind']) => void
  /** What the grant for a token set asks for. */
  readonly parametersOf: (key: TokenKey) => TokenParameters
  readonly tokenRequestTimeoutMs: number
  /** Once aborted, nothing that has not been claimed yet is begun any more. */
  readonly disposal: AbortSignalLike
}

/**
 * Gets a token set that fulfils the wish: one that a peer has written meanwhile, or a new one.
 * Rejects with a {@link TokenError} if neither can be had now.
 */
export type Rotate = (wish: Wish) => Promise<TokenSet>

/** How much a lease outlasts the longest token request. */
const leaseMarginMs = 5_000
/** How much of that has to be left when the request begins. */
const leaseReserveMs = 1_000
/** How much longer than a lease a tab waits for the lock. */
const lockMarginMs = 5_000

/**
 * The rotation of the refresh token: at any time at most one tab presents it.
 *
 * Storage decides: every write compares with what was read. The lease, a part of the record, gives
 * the right to send. The lock wakes a waiter the moment its holder is done or gone, and an
 * announcement spares it its turn. Without lock and announcements the same holds, only slower.
 */
export function createRotation(options: RotationOptions): Rotate {
  const { keeper, endpoint, clock, page, tab, report, tokenRequestTimeoutMs, disposal } = options
  const leaseMs = tokenRequestTimeoutMs + leaseMarginMs
  const settle = createSettlement(options)
  let lacksLocks = false

  return async function rotate(wish) {
    for (;;) {
      await page.present()
      if (disposal.aborted) throw disposedError()
      const known = keeper.seen()
      const early = known && planRefresh(known, wish, contextOf())
      if (early?.kind === 'hold-off') {
        await waitOut(early.failure)
        continue
      }
      // Before the lock, so that discovery never lengthens the time it is held.
      if (early?.kind !== 'not-renewable') await endpoint.prepare()
      report({ type: 'lock-requested' })
      const lock = takeLock(options.locks.request(options.lockName), page)
      try {
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
            // It has been seen now, so it is waited out without the lock.
            continue
          case 'wait':
            lock.release()
            await untilFirst(clock, Math.min(plan.until - clock.now(), lookAgainMs), onNews)
            continue
          case 'refresh': {
            const claim = await takeLease(record, plan.session, plan.unknown, lock)
            if (!claim) continue
            const sent = await send(claim, wish, lock)
            const settled = await settle(sent.claim, sent.outcome, wish, lock)
            if (settled.kind === 'token') return settled.token
            if (settled.kind === 'error') throw settled.error
          }
        }
      } finally {
        lock.release()
      }
    }
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
  function itsTurn(lock: TakenLock, wish: Wish): Promise<SessionRecord | undefined> {
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
      const cancel = clock.schedule(leaseMs + lockMarginMs, giveUp)
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
      tab,
      lockHeld: lock?.isHeld() ?? false,
      leaseMs,
      onlineAt: page.onlineAt(),
    }
  }

  async function endSession(record: SessionRecord, reason: EndReason): Promise<void> {
    const over = ended(record, reason, clock.now())
    const written = await keeper.update((current) =>
      isSameRecord(current, record) ? { next: over, result: true } : { result: false },
    )
    if (written) options.announce(over, 'ended')
  }

  /** The prompt retry is waited for; callers are told of everything longer. */
  async function waitOut(failure: Failure): Promise<void> {
    const leftMs = failure.until - clock.now()
    if (leftMs > promptRetryMs) throw toFailureError(failure)
    await untilFirst(clock, leftMs)
  }

  /** Writes the lease unless anybody has written since `record` was read. */
  async function takeLease(
    record: SessionRecord,
    session: RenewableSession,
    unknown: number,
    lock: LockHandle,
  ): Promise<Claim | undefined> {
    const takenAtMonotonic = clock.monotonic()
    const claim = await keeper.update<Claim | undefined>((current) => {
      if (!isSameRecord(current, record)) return { result: undefined }
      const lease = newLease(lock)
      const next = claimed(current, lease, unknown)
      return { next, result: { record: next, session, lease, takenAtMonotonic } }
    })
    if (claim) report({ type: 'claimed', generation: record.generation, unknown })
    return claim
  }

  function newLease(lock: LockHandle): Lease {
    const takenAt = clock.now()
    return { tab, takenAt, until: takenAt + leaseMs, underLock: lock.isHeld() }
  }

  async function send(
    claim: Claim,
    wish: Wish,
    lock: LockHandle,
  ): Promise<{ readonly claim: Claim; readonly outcome: RefreshOutcome }> {
    const outcome = await endpoint.refresh(requestFor(claim, wish, lock))
    if (outcome.kind !== 'nonce-required') return { claim, outcome }
    const { record, session } = claim
    const renewed = await takeLease(record, session, record.unknown, lock)
    if (!renewed) return { claim, outcome: { kind: 'withheld' } }
    return { claim: renewed, outcome: await endpoint.refresh(requestFor(renewed, wish, lock)) }
  }

  function requestFor(claim: Claim, wish: Wish, lock: LockHandle): RefreshRequest {
    const { session } = claim
    return {
      refreshToken: session.refreshToken,
      parameters: options.parametersOf(wish.key),
      previous: session,
      senderKey: session.senderKey,
      maySend() {
        const may = maySend(claim, lock)
        if (may) report({ type: 'sent', generation: claim.record.generation })
        return may
      },
    }
  }

  /** Whether the right to send still stands, in the very moment before the request leaves. */
  function maySend(claim: Claim, lock: LockHandle): boolean {
    const { lease } = claim
    const now = clock.now()
    // Neither a step of the wall clock nor a freeze may make an old lease look young.
    const ageMs = Math.max(now - lease.takenAt, clock.monotonic() - claim.takenAtMonotonic)
    const lasts = now >= lease.takenAt && ageMs <= leaseMs - tokenRequestTimeoutMs - leaseReserveMs
    const lockKept = !lease.underLock || lock.isHeld()
    const seen = keeper.seen()
    const isCurrent = seen !== undefined && holdsWhatWasSent(seen, claim)
    return lasts && lockKept && !page.isAway() && isCurrent
  }
}
