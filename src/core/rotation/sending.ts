import { holdsWhatWasSent, type Claim } from './claim.ts'
import type { Report } from '../events.ts'
import type { Page } from '../page.ts'
import type { Clock, LockHandle } from '../ports.ts'
import { claimed } from '../record/record-changes.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { RenewableSession } from './refresh-plan.ts'
import { isSameRecord, type Lease, type SessionRecord } from '../record/session-record.ts'
import type { TakenLock } from './taken-lock.ts'
import type { TokenKey, TokenParameters } from '../record/token-set.ts'
import type { RefreshOutcome, RefreshRequest, TokenEndpoint } from './token-grant.ts'

/** What came of sending, and the claim it was sent by, which may have been renewed. */
export interface Sent {
  readonly claim: Claim
  readonly outcome: RefreshOutcome
}

export interface Sending {
  /**
   * Writes the lease, which ends the hold on the lock when it ends; fulfils with nothing if anybody
   * has written since `record` was read.
   */
  claim(
    record: SessionRecord,
    session: RenewableSession,
    unknown: number,
    lock: TakenLock,
  ): Promise<Claim | undefined>
  /** Sends the refresh token of the claim, once more if the server wanted a DPoP nonce. */
  send(claim: Claim, key: TokenKey, lock: TakenLock): Promise<Sent>
}

/** How much of the margin of a lease has to be left when the request begins. */
const leaseReserveMs = 1_000

/** The right to present the refresh token, and presenting it while that right stands. */
export function createSending(options: {
  readonly keeper: RecordKeeper
  readonly endpoint: TokenEndpoint
  readonly clock: Clock
  readonly page: Page
  /** The name of this tab, as leases carry it. */
  readonly tab: string
  readonly report: Report
  /** What the grant for a token set asks for. */
  readonly parametersOf: (key: TokenKey) => TokenParameters
  readonly tokenRequestTimeoutMs: number
  readonly leaseMs: number
}): Sending {
  const { keeper, endpoint, clock, page, tab, report, tokenRequestTimeoutMs, leaseMs } = options

  const claim: Sending['claim'] = async (record, session, unknown, lock) => {
    // If storage refuses or falls silent, nothing is sent by it, though it may have been written. The
    // others take such a lease for one that is used, and this tab takes its own for dead.
    const taken = await keeper.update<Claim | undefined>((current) => {
      if (!isSameRecord(current, record)) return { result: undefined }
      const lease = newLease(lock)
      const next = claimed(current, lease, unknown)
      const takenAtMonotonic = clock.monotonic()
      return { next, result: { record: next, session, lease, takenAtMonotonic } }
    })
    if (!taken) return undefined
    // Then the lease is over, and with it the right to keep the others waiting.
    lock.releaseIn(leaseMs - (clock.monotonic() - taken.takenAtMonotonic))
    report({ type: 'claimed', generation: record.generation, unknown })
    return taken
  }

  function newLease(lock: LockHandle): Lease {
    const takenAt = clock.now()
    return { tab, takenAt, until: takenAt + leaseMs, underLock: lock.isHeld() }
  }

  const send: Sending['send'] = async (first, key, lock) => {
    const outcome = await endpoint.refresh(requestFor(first, key, lock))
    if (outcome.kind !== 'nonce-required') return { claim: first, outcome }
    const { record, session } = first
    const renewed = await claim(record, session, record.unknown, lock)
    if (!renewed) return { claim: first, outcome: { kind: 'withheld' } }
    return { claim: renewed, outcome: await endpoint.refresh(requestFor(renewed, key, lock)) }
  }

  function requestFor(by: Claim, key: TokenKey, lock: LockHandle): RefreshRequest {
    const { session } = by
    return {
      refreshToken: session.refreshToken,
      parameters: options.parametersOf(key),
      previous: session,
      secrets: Object.values(session.tokens).map(({ accessToken }) => accessToken),
      senderKey: session.senderKey,
      maySend() {
        const may = maySend(by, lock)
        if (may) report({ type: 'sent', generation: by.record.generation })
        return may
      },
    }
  }

  /** Whether the right to send still stands, in the very moment before the request leaves. */
  function maySend(by: Claim, lock: LockHandle): boolean {
    const { lease } = by
    const now = clock.now()
    // Neither a step of the wall clock nor a freeze may make an old lease look young.
    const ageMs = Math.max(now - lease.takenAt, clock.monotonic() - by.takenAtMonotonic)
    const lasts = now >= lease.takenAt && ageMs <= leaseMs - tokenRequestTimeoutMs - leaseReserveMs
    const lockKept = !lease.underLock || lock.isHeld()
    const seen = keeper.seen()
    const isCurrent = seen !== undefined && holdsWhatWasSent(seen, by)
    return lasts && lockKept && !page.isAway() && isCurrent
  }

  return { claim, send }
}
