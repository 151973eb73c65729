import type { BoundedStore } from './bounded-store.ts'
import { listen } from '../listen.ts'
import { StorageError } from '../errors.ts'
import type { Report } from '../events.ts'
import { boundTo, laidOver, type UnstoredDecision } from './unstored-decision.ts'
import { parseSessionRecord } from './parse-session-record.ts'
import { blankRecord, isSameRecord, isSameSession, type SessionRecord } from './session-record.ts'

/** What a change of the record leaves behind: the next record, or nothing new. */
export interface RecordChange<T> {
  readonly next?: SessionRecord | undefined
  readonly result: T
}

/** Reads and writes the one record, and remembers the newest that this tab has seen. */
export interface RecordKeeper {
  /** The newest record seen, or `undefined` before the first read. */
  seen(): SessionRecord | undefined
  /** Reads storage. Rejects with a {@link StorageError}. */
  read(): Promise<SessionRecord>
  /**
   * One transaction: reads, lets `change` decide, writes. `change` gets what holds, and what is
   * stored, which is another as long as storage lacks a decision of this tab. Rejects with a
   * {@link StorageError}.
   */
  update<T>(
    change: (record: SessionRecord, stored: SessionRecord) => RecordChange<T>,
    options?: { readonly durable?: boolean },
  ): Promise<T>
  /**
   * Goes on as if storage had taken the change that it has refused. Every read offers it again, until
   * storage takes it or another tab has moved on: past the epoch `lastEpoch`, or to where `change` makes
   * nothing of the record. Whether it has not come to that already.
   */
  carryOn(change: UnstoredDecision['change'], lastEpoch: number): boolean
  /**
   * Ends the session here and now, and then in storage, whatever that holds. Until storage has carried
   * that out, no session that is found there counts: it is about to be ended. If storage refuses, the
   * end holds here all the same, as with {@link carryOn}. Fulfils with the record as it was
   * stored before.
   */
  overrule(end: (record: SessionRecord) => SessionRecord): Promise<SessionRecord>
  /** What is left of the session that was seen, if it is over because time has passed: storage may know better. */
  overdue(): SessionRecord | undefined
  /** Ends that session here and now; in storage whoever next reads or writes it does. */
  endOverdue(): void
  /**
   * Fulfils when what this tab was writing is written, or refused. Whether storage lacks a decision of
   * this tab then.
   */
  settled(): Promise<boolean>
  /** Calls `listener` whenever another record was seen, and returns what ends that. */
  onSeen(listener: (record: SessionRecord, before: SessionRecord | undefined) => void): () => void
}

export function createRecordKeeper(options: {
  readonly store: BoundedStore
  readonly key: string
  readonly report: Report
  /** Storage holds something new, and the other tabs do not know of it yet. */
  readonly onNews: (record: SessionRecord, before: SessionRecord) => void
  /**
   * What is left of a session that is over because time has passed; nothing, if it is not. It is asked
   * about whatever storage holds, before anybody sees that, and says the same of the same record.
   */
  readonly overdue?: (record: SessionRecord) => SessionRecord | undefined
}): RecordKeeper {
  const { store, key, report, overdue = () => undefined } = options
  const listeners = new Set<(record: SessionRecord, before: SessionRecord | undefined) => void>()
  let newest: SessionRecord | undefined
  let unstored: UnstoredDecision | undefined
  /** A newer version owns the record; said once, though every look finds it out anew. */
  let isOutdated = false
  let updatesUnderWay = 0
  let lastUpdate: Promise<unknown> = Promise.resolve()
  let started = 0
  let finished = 0

  /** Transactions may report out of order: one that began earlier counts only if it saw more. */
  function isPast({ epoch, revision }: SessionRecord, order: number): boolean {
    if (!newest || order >= finished) return false
    return newest.epoch === epoch ? newest.revision >= revision : newest.epoch > epoch
  }

  function remember(record: SessionRecord, order: number): void {
    const before = newest
    if (isPast(record, order)) return
    finished = Math.max(order, finished)
    if (before && isSameRecord(before, record)) return
    newest = record
    for (const listener of listeners) listener(record, before)
  }

  function parse(stored: unknown): SessionRecord {
    const parsed = parseSessionRecord(stored)
    if (parsed === 'newer') {
      if (!isOutdated) report({ type: 'record-newer' })
      isOutdated = true
      throw new StorageError(
        'RECORD_NEWER',
        'The stored session belongs to a newer version of this app: reload the page to go on.',
      )
    }
    if (parsed === 'corrupt') report({ type: 'storage-corrupt' })
    if (typeof parsed === 'object') return withKnownKey(parsed)
    const vanished = newest?.session || newest?.endedBy === 'storage-cleared'
    return vanished ? { ...blankRecord, endedBy: 'storage-cleared' } : blankRecord
  }

  /** Every read makes a new copy of the key; what is remembered of a key, such as nonces, hangs on the first. */
  function withKnownKey(record: SessionRecord): SessionRecord {
    const { session } = record
    if (!session?.senderKey || !newest?.session?.senderKey) return record
    if (!isSameSession(newest, record)) return record
    return { ...record, session: { ...session, senderKey: newest.session.senderKey } }
  }

  /** What holds, now that storage was heard to say this. */
  function whatHolds(stored: SessionRecord): SessionRecord {
    if (unstored?.lastEpoch === 'the next heard') boundTo(unstored, newestEpoch(stored))
    const record = (unstored && laidOver(unstored, stored)) ?? stored
    if (record === stored) unstored = undefined
    return overdue(record) ?? record
  }

  /** What comes when nobody waits for it is news all the same, unless this tab has heard more by now. */
  function rememberLate(stored: SessionRecord, order: number): void {
    if (!isPast(stored, order)) remember(whatHolds(stored), order)
  }

  /** Who holds the lease is nobody's business but that of who wants it, and reads the record anyway. */
  function tell(record: SessionRecord, before: SessionRecord): void {
    const isNews =
      record.epoch !== before.epoch ||
      record.session !== before.session ||
      record.failure !== before.failure
    if (isNews) options.onNews(record, before)
  }

  /** The last epoch that this tab knows of. */
  function newestEpoch(stored: SessionRecord): number {
    return Math.max(newest?.epoch ?? 0, stored.epoch)
  }

  const keeper: RecordKeeper = {
    seen: () => newest,
    async read() {
      if (unstored) {
        const offer = keeper.update((record) => ({ result: record }), { durable: true })
        const written = await offer.catch(() => undefined)
        if (written) return written
      }
      const order = ++started
      const late = (stored: unknown): void => rememberLate(parse(stored), order)
      const stored = await store.read(key, late).catch(refuse('STORE_READ', 'read'))
      const found = parse(stored)
      const record = whatHolds(found)
      remember(record, order)
      // Every update writes what is overdue as ended, whatever else it is for.
      if (overdue(found)) await keeper.update(() => ({ result: 0 })).catch(() => 0)
      return record
    },
    async update(change, { durable = false } = {}) {
      const order = ++started
      const offered = unstored
      updatesUnderWay += 1
      const update = store
        .update(
          key,
          (value) => {
            const stored = parse(value)
            // Neither what was decided since this was asked for, nor what has been given up since.
            const mine = unstored === offered ? offered : undefined
            // Whatever is stored from now on is decided later.
            if (mine) boundTo(mine, newestEpoch(stored))
            const laid = mine && laidOver(mine, stored)
            const current = overdue(laid ?? stored) ?? laid
            const { next, result: decided } = change(current ?? stored, stored)
            const put = next ?? current
            const outcome = { record: put ?? stored, before: stored, result: decided }
            return put ? { put, result: outcome } : { result: outcome }
          },
          { durable },
          (written, found) => {
            if (written && unstored === offered) unstored = undefined
            rememberLate(written?.record ?? parse(found), order)
            if (written) tell(written.record, written.before)
          },
        )
        .catch(refuse('STORE_WRITE', 'written'))
        .finally(() => {
          updatesUnderWay -= 1
        })
      lastUpdate = update
      const { record, before, result } = await update
      // Given up only now: a transaction may still fail after it has decided.
      if (unstored === offered) unstored = undefined
      remember(whatHolds(record), order)
      tell(record, before)
      return result
    },
    carryOn(change, lastEpoch) {
      const base = newest ?? blankRecord
      const earlier = unstored
      // It was decided on what an earlier decision has left, which storage may lack as well.
      unstored = {
        change: (stored) => change((earlier && laidOver(earlier, stored)) ?? stored),
        base,
        lastEpoch,
      }
      remember(whatHolds(base), ++started)
      return unstored !== undefined
    },
    async overrule(end) {
      // What this tab has asked of storage before may come out in an epoch that it cannot know.
      const isBlind = !newest || updatesUnderWay > 0
      const base = newest ?? blankRecord
      const mine: UnstoredDecision = { change: end, base, lastEpoch: 'any' }
      unstored = mine
      remember(end(base), ++started)
      const told = keeper.update((current, stored) => {
        const next = current.session ? end(current) : current
        return { next, result: stored }
      })
      return told.catch((error: unknown) => {
        if (mine.lastEpoch === 'any') {
          mine.lastEpoch = isBlind || !newest ? 'the next heard' : newest.epoch
        }
        // At once, so that nothing that comes later is taken for what was there.
        if (unstored === mine) keeper.read().catch(() => undefined)
        throw error
      })
    },
    overdue: () => newest && overdue(newest),
    endOverdue() {
      // Storage was asked, and has not taken it.
      if (newest && keeper.overdue()) keeper.carryOn(overdue, newest.epoch)
    },
    async settled() {
      // What was decided in this turn is about to be written.
      await Promise.resolve()
      await lastUpdate.catch(() => undefined)
      return unstored !== undefined
    },
    onSeen: (listener) => listen(listeners, listener),
  }
  return keeper
}

function refuse(code: 'STORE_READ' | 'STORE_WRITE', verb: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof StorageError) throw cause
    throw new StorageError(code, `The session could not be ${verb}: storage refused.`, { cause })
  }
}
