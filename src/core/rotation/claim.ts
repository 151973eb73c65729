import { defined } from '../defined.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import type { Clock } from '../ports.ts'
import { claimed, leaseGivenUp, withoutLetter } from '../record/record-changes.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { Letter, NewLetter } from '../record/letter.ts'
import {
  refreshTokenGenerationOf,
  isSameRecord,
  type Lease,
  type Origin,
  type SessionRecord,
} from '../record/session-record.ts'
import type { TokenKey } from '../record/token-set.ts'
import { isRenewable, type RenewableSession } from './refresh-plan.ts'
import { isAwaited } from './reply-fence.ts'
import type { LockUntilPutAway } from './lock-until-put-away.ts'

/** The right to present the refresh token, and what is sent by it. */
export interface Claim {
  /** As the claim left it. */
  readonly record: SessionRecord
  readonly session: RenewableSession
  readonly lease: Lease
  readonly takenAtMonotonic: number
  /** A lease that was taken under it counts only while it is held. */
  readonly lock: LockUntilPutAway
  /** The refresh token, and the place in the order of claims that the reply to it has. */
  readonly origin: Origin
  /** What a courier sends by it, or has brought. */
  readonly letter?: Letter | undefined
}

/** When the answer to it came: one that a courier has filed may be a day old. */
export function answeredAt({ letter }: Claim, now: number): number {
  return Math.min(letter?.answer?.receivedAt ?? Infinity, now)
}

/** What a claim is taken for. */
export interface Undertaking {
  readonly session: RenewableSession
  readonly unknown: number
  /** The letter to be settled; else the refresh token is sent. */
  readonly letter?: Letter
}

export interface ClaimKeeper {
  /**
   * Writes the lease, which ends the hold on the lock when it ends; fulfils with nothing if anybody
   * has written since `record` was read.
   */
  take(
    record: SessionRecord,
    plan: Undertaking,
    lock: LockUntilPutAway,
    about: TokenKey,
  ): Promise<Claim | undefined>
  /** Another lease, for the same refresh token to be presented once more. */
  renew(claim: Claim, about: TokenKey): Promise<Claim | undefined>
  /** Whether the right still stands: asked in the very moment before the request leaves. */
  maySend(claim: Claim): boolean
  giveUp(claim: Claim): Promise<unknown>
  /**
   * Writes unless the lease is another's by now: then that tab is sending, and what this one learned
   * is out of date. Fulfils with what was written.
   */
  writeIfOwn(
    claim: Claim,
    change: (record: SessionRecord, session: RenewableSession) => SessionRecord | undefined,
  ): Promise<SessionRecord | undefined>
}

/** How much a lease outlasts the longest token request. */
const leaseMarginMs = 5_000
/** How much of that has to be left when the request begins. */
export const leaseReserveMs = 1_000

export function leaseMsFor(tokenRequestTimeoutMs: number): number {
  return tokenRequestTimeoutMs + leaseMarginMs
}

export function createClaimKeeper(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly page: Page
  /** The name of this tab, as leases carry it. */
  readonly tab: string
  readonly report: Report
  readonly tokenRequestTimeoutMs: number
  /** The letter for a claim that is left to a courier, if there is one. */
  readonly newLetter?: NewLetter | undefined
}): ClaimKeeper {
  const { keeper, clock, page, tab, report, tokenRequestTimeoutMs } = options
  const leaseMs = leaseMsFor(tokenRequestTimeoutMs)

  const take: ClaimKeeper['take'] = (record, undertaking, lock, about) =>
    write(
      (current) => (isSameRecord(current, record) ? current : undefined),
      undertaking,
      lock,
      about,
    )

  /** @param basis What the claim is written over; nothing, if it is too late for it. */
  async function write(
    basis: (current: SessionRecord) => SessionRecord | undefined,
    { session, unknown, letter: filed }: Undertaking,
    lock: LockUntilPutAway,
    about: TokenKey,
  ): Promise<Claim | undefined> {
    // If storage refuses or falls silent, nothing is sent by it, though it may have been written. The
    // others take such a lease for one that is used, and this tab takes its own for dead.
    const claim = await keeper.update<Claim | undefined>((stored) => {
      const current = basis(stored)
      if (!current) return { result: undefined }
      // Every write moves the revision, so the one of this write numbers the claim.
      const number = filed?.claim ?? current.revision + 1
      const token = filed?.token ?? refreshTokenGenerationOf(session)
      const letter = filed ?? options.newLetter?.({ about, claim: number, token })
      const takenAt = clock.now()
      const lease = defined({
        tab,
        takenAt,
        until: takenAt + leaseMs,
        underLock: lock.isHeld(),
        letter: filed ? undefined : letter?.id,
      })
      const next = claimed(current, lease, unknown, filed ? undefined : letter)
      const takenAtMonotonic = clock.monotonic()
      const origin = { generation: token, claim: number }
      const taken = { record: next, session, lease, takenAtMonotonic, lock, letter, origin }
      return { next, result: taken }
    })
    if (!claim) return undefined
    // Then the lease is over, and with it the right to keep the others waiting.
    lock.releaseIn(leaseMs - (clock.monotonic() - claim.takenAtMonotonic))
    report({ type: 'claimed', generation: claim.record.generation, unknown })
    return claim
  }

  /** The record without the letter whose answer this tab has read, if the right is still its own. */
  function ownIn(current: SessionRecord, claim: Claim): SessionRecord | undefined {
    const { lease } = current
    const isOwn = lease?.tab === tab && lease.takenAt === claim.lease.takenAt
    if (!isOwn || !isAwaited(current, claim)) return undefined
    return claim.letter?.answer ? withoutLetter(current, claim.letter.id) : current
  }

  const writeIfOwn: ClaimKeeper['writeIfOwn'] = (claim, change) =>
    keeper.update<SessionRecord | undefined>((current) => {
      // The answer to its letter has come after all, and is worth more than what is known without it.
      const isSurpassed = !claim.letter?.answer && isAnswered(current, claim)
      const own = isSurpassed ? undefined : ownIn(current, claim)
      const next = own?.session && isRenewable(own.session) ? change(own, own.session) : undefined
      return { next, result: next }
    })

  return {
    take,
    renew: (claim, about) =>
      write(
        (current) => ownIn(current, claim),
        { session: claim.session, unknown: claim.record.unknown },
        claim.lock,
        about,
      ),
    maySend(claim) {
      const { lease, lock } = claim
      const now = clock.now()
      // Neither a step of the wall clock nor a freeze may make an old lease look young.
      const ageMs = Math.max(now - lease.takenAt, clock.monotonic() - claim.takenAtMonotonic)
      const lasts = now >= lease.takenAt && ageMs <= leaseMarginMs - leaseReserveMs
      const lockKept = !lease.underLock || lock.isHeld()
      const seen = keeper.seen()
      const isCurrent = seen !== undefined && isAwaited(seen, claim)
      return lasts && lockKept && !page.isAway() && isCurrent
    },
    giveUp: (claim) =>
      keeper.update((current) => {
        const own = ownIn(current, claim)
        return { next: own && leaseGivenUp(own), result: undefined }
      }),
    writeIfOwn,
  }
}

/** Whether a courier has filed the answer to the letter of a claim. */
function isAnswered({ letters = [] }: SessionRecord, { letter }: Pick<Claim, 'letter'>): boolean {
  return letters.some(({ id, state }) => id === letter?.id && state === 'answered')
}
