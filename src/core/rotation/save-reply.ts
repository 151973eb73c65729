import { StorageError } from '../errors.ts'
import type { Report } from '../events.ts'
import type { Clock } from '../ports.ts'
import { failed } from '../record/record-changes.ts'
import type { RecordChange, RecordKeeper } from '../record/record-keeper.ts'
import type { Failure, SessionRecord } from '../record/session-record.ts'
import { untilFirst } from '../until.ts'
import type { Claim, ClaimKeeper } from './claim.ts'
import type { RenewableSession } from './refresh-plan.ts'
import { isWelcome } from './reply-fence.ts'

/**
 * Saves a refresh token that has come, and fulfils with the record that holds it; with nothing, if
 * storage no longer holds the one that was sent. Whoever holds the lease by now does not matter: the
 * lease guards sending.
 */
export type SaveReply = (
  claim: Claim,
  change: (record: SessionRecord, session: RenewableSession) => SessionRecord,
) => Promise<SessionRecord | undefined>

const persistRetryMs = 100
/** As long as peers are kept from a refresh token that is spent and whose successor could not be stored. */
const unpersistedMs = 600_000

/** What storage refuses is tried again while lock and lease last; then this tab goes on from memory. */
export function createSaveReply(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly report: Report
  readonly claims: ClaimKeeper
}): SaveReply {
  const { keeper, clock, report } = options

  return async function saveReply(claim, change) {
    const saved = (current: SessionRecord): SessionRecord | undefined =>
      isWelcome(current, claim) ? change(current, current.session) : undefined
    const committed = (record: SessionRecord): SessionRecord => {
      const tookMs = clock.monotonic() - claim.takenAtMonotonic
      report({ type: 'committed', generation: record.generation, tookMs })
      return record
    }
    let tried: SessionRecord | undefined
    const write = (current: SessionRecord): RecordChange<SessionRecord | undefined> => {
      // A write that failed, or was never heard of, may have been carried out all the same.
      if (tried && isIn(current, tried)) return { result: current }
      tried = saved(current)
      return { next: tried, result: tried }
    }
    for (let delayMs = persistRetryMs; ; delayMs *= 2) {
      const triedAt = clock.now()
      try {
        const record = await keeper.update(write, { durable: true })
        return record && committed(record)
      } catch (error) {
        // Another attempt like this one has to leave time for the mark while the others still wait.
        const now = clock.now()
        const mayRetry = now + delayMs + (now - triedAt) < claim.lease.until
        const keepsLock = !claim.lease.underLock || claim.lock.isHeld()
        const isOvertaken = error instanceof StorageError && error.code === 'RECORD_NEWER'
        if (!mayRetry || !keepsLock || isOvertaken) break
      }
      await untilFirst(clock, delayMs)
    }
    await markUnpersisted(claim)
    const seen = keeper.seen()
    // Heard of after its bound.
    if (seen && tried && isIn(seen, tried)) return committed(seen)
    // Signed out meanwhile, which storage may have refused as well.
    const isOver = seen?.epoch !== claim.record.epoch
    if (isOver || !keeper.carryOn(saved, claim.record.epoch)) return undefined
    report({ type: 'persistence-failed' })
    return saved(claim.record)
  }

  /**
   * The other tabs must not send the refresh token that storage still holds. What this tab has decided
   * meanwhile, such as a sign-out that storage has refused, is offered with it.
   */
  async function markUnpersisted(claim: Claim): Promise<void> {
    const now = clock.now()
    const mark: Failure = {
      kind: 'transient',
      code: 'NOT_PERSISTED',
      attempt: 1,
      failedAt: now,
      until: now + unpersistedMs,
    }
    await options.claims
      // Where the answer itself is filed, whoever comes next settles it.
      .writeIfOwn(unread(claim), (current) =>
        failed(current, mark, { unknown: current.unknown + 1 }),
      )
      .catch(() => undefined)
  }
}

/** As if this tab had not read the answer to its letter: where that is filed, it stays for others. */
function unread({ letter, ...claim }: Claim): Claim {
  if (!letter) return claim
  const { answer: _, ...rest } = letter
  return { ...claim, letter: rest }
}

/** Whether what was to be written is stored, whatever has been written since. */
function isIn(current: SessionRecord, { epoch, generation, session }: SessionRecord): boolean {
  return (
    current.epoch === epoch &&
    current.generation >= generation &&
    current.session?.refreshToken === session?.refreshToken
  )
}
