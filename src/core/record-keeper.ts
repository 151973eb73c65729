import { StorageError } from './errors.ts'
import type { Report } from './events.ts'
import type { TokenStore } from './ports.ts'
import { parseSessionRecord } from './parse-session-record.ts'
import { blankRecord, isSameRecord, type SessionRecord } from './session-record.ts'

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
   * stored, which is another only after {@link carryOn}. Rejects with a {@link StorageError}.
   */
  update<T>(
    change: (record: SessionRecord, stored: SessionRecord) => RecordChange<T>,
    options?: {
      readonly durable?: boolean
      /** Begins a session: what {@link overrule} has ended before is not to end that one. */
      readonly supersedes?: boolean
    },
  ): Promise<T>
  /**
   * Goes on as if `next` had been written over `base`, which storage refused. Every read offers it
   * again, until storage takes it or another tab has moved on.
   */
  carryOn(base: SessionRecord, next: SessionRecord): void
  /**
   * Ends the session of `base` here and now, and then writes, as {@link update} does. Until storage
   * has carried that out, no session that is found there counts: it is about to be ended. If storage
   * refuses, the end holds here all the same, as with {@link carryOn}.
   */
  overrule<T>(
    base: SessionRecord,
    end: (record: SessionRecord) => SessionRecord,
    change: (record: SessionRecord, stored: SessionRecord) => RecordChange<T>,
  ): Promise<T>
  /** Calls `listener` whenever another record was seen, and returns what ends that. */
  onSeen(listener: (record: SessionRecord, before: SessionRecord | undefined) => void): () => void
}

/** What was decided in this tab, and storage does not hold yet. */
interface Unwritten {
  readonly base: SessionRecord
  readonly next: SessionRecord
  /** For what {@link RecordKeeper.overrule} ends: the end of what storage turns out to hold. */
  readonly end?: (stored: SessionRecord) => SessionRecord
  /** It was decided without knowing what storage holds. */
  readonly isBlind?: boolean
  /** Storage is being told. */
  readonly isUnderWay?: boolean
  /** What this tab has decided since then is on its way to storage, and this is not to come after it. */
  readonly isSuperseded?: boolean
}

export function createRecordKeeper(options: {
  readonly store: TokenStore
  readonly key: string
  readonly report: Report
  /** Storage has taken what it refused before; the other tabs do not know of it yet. */
  readonly onCaughtUp: (record: SessionRecord) => void
}): RecordKeeper {
  const { store, key, report } = options
  const listeners = new Set<(record: SessionRecord, before: SessionRecord | undefined) => void>()
  let newest: SessionRecord | undefined
  let unwritten: Unwritten | undefined
  let updatesUnderWay = 0
  let started = 0
  let finished = 0

  /** Transactions may report out of order: one that began earlier counts only if it saw more. */
  function see(record: SessionRecord, order: number): void {
    const before = newest
    const isRevival = !before?.session && record.session
    const isNewer =
      before?.epoch === record.epoch && before.revision < record.revision && !isRevival
    if (order < finished && !isNewer) return
    finished = Math.max(order, finished)
    if (before && isSameRecord(before, record)) return
    newest = record
    for (const listener of listeners) listener(record, before)
  }

  function parse(stored: unknown): SessionRecord {
    const parsed = parseSessionRecord(stored)
    if (parsed === 'newer') {
      report({ type: 'record-newer' })
      throw new StorageError(
        'RECORD_NEWER',
        'The stored session belongs to a newer version of this app: reload the page to go on.',
      )
    }
    if (parsed === 'corrupt') report({ type: 'storage-corrupt' })
    if (typeof parsed === 'object') return parsed
    const vanished = newest?.session || newest?.endedBy === 'storage-cleared'
    return vanished ? { ...blankRecord, endedBy: 'storage-cleared' } : blankRecord
  }

  /** What holds, now that storage was heard to say this. */
  function hear(stored: SessionRecord): SessionRecord {
    if (unwritten?.isUnderWay) return laidOver(unwritten.next, stored)
    const { record, unwritten: rest } = layOver(unwritten, stored)
    unwritten = rest
    return record
  }

  const keeper: RecordKeeper = {
    seen: () => newest,
    async read() {
      if (unwritten) {
        const offer = keeper.update((record) => ({ result: record }), { durable: true })
        const written = await offer.catch(() => undefined)
        if (written) {
          options.onCaughtUp(written)
          return written
        }
      }
      const order = ++started
      const record = hear(parse(await store.read(key).catch(refuse('STORE_READ', 'read'))))
      see(record, order)
      return record
    },
    async update(change, { durable = false, supersedes = false } = {}) {
      const order = ++started
      if (supersedes && unwritten?.end) {
        unwritten = { ...unwritten, isUnderWay: true, isSuperseded: true }
      }
      const overtaken = unwritten?.next
      updatesUnderWay += 1
      let offered: Unwritten | undefined
      const { record, result } = await store
        .update(
          key,
          (stored) => {
            const parsed = parse(stored)
            offered = unwritten
            // Nothing of this tab's own is given up before it has heard of the end.
            const { record: current, unwritten: rest } = layOver(offered, parsed)
            const { next, result: decided } = change(current, parsed)
            const put = next ?? (rest && current)
            return put
              ? { put, result: { record: put, result: decided } }
              : { result: { record: current, result: decided } }
          },
          { durable },
        )
        .catch(refuse('STORE_WRITE', 'written'))
        .finally(() => {
          updatesUnderWay -= 1
        })
      // What this tab has decided still shows, until storage has carried out what supersedes it.
      if (unwritten?.isSuperseded && !supersedes) return result
      // Not what came up only while this was under way.
      if (supersedes ? unwritten?.next === overtaken : unwritten === offered) unwritten = undefined
      see(record, order)
      return result
    },
    carryOn(base, next) {
      unwritten = { base, next }
      see(hear(newest ?? base), ++started)
    },
    async overrule(base, end, change) {
      const next = end(base)
      // What this tab has asked of storage before may come out in an epoch that it cannot know.
      const isBlind = newest === undefined || updatesUnderWay > 0
      const mine: Unwritten = { base, next, end, isBlind }
      unwritten = { ...mine, isUnderWay: true }
      see(next, ++started)
      return keeper.update(change).catch((error: unknown) => {
        if (unwritten?.next === next && !unwritten.isSuperseded) unwritten = mine
        throw error
      })
    },
    onSeen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return keeper
}

/** What holds where storage says this, and what of it storage still has to be offered. */
function layOver(
  unwritten: Unwritten | undefined,
  stored: SessionRecord,
): { readonly record: SessionRecord; readonly unwritten?: Unwritten } {
  if (!unwritten || unwritten.isSuperseded) return { record: stored }
  const current = decideAnew(unwritten, stored)
  const { base, next } = current
  const movesEpoch = next.epoch !== base.epoch
  const stands = movesEpoch
    ? stored.epoch < next.epoch
    : stored.epoch === base.epoch && stored.session?.refreshToken === base.session?.refreshToken
  return stands ? { record: laidOver(next, stored), unwritten: current } : { record: stored }
}

/** One write more than storage holds; so every write of a peer shows, in the revision. */
function laidOver(next: SessionRecord, stored: SessionRecord): SessionRecord {
  const generation = Math.max(next.generation, stored.generation)
  return { ...next, generation, revision: stored.revision + 1 }
}

/**
 * The end of a session by a tab that did not know what storage holds is the end of that, whatever its
 * epoch: the clock may have been set back. And where another tab has begun the same epoch, in the
 * same millisecond, the end counts as the later one.
 */
function decideAnew(unwritten: Unwritten, stored: SessionRecord): Unwritten {
  const { base, next, isBlind, end } = unwritten
  if (!end) return unwritten
  const isOpen = isBlind ? stored.epoch >= next.epoch : stored.epoch === next.epoch
  if (isOpen) return { base: stored, next: end(stored), end }
  return isBlind ? { base, next, end } : unwritten
}

function refuse(code: 'STORE_READ' | 'STORE_WRITE', verb: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof StorageError) throw cause
    throw new StorageError(code, `The session could not be ${verb}: storage refused.`, { cause })
  }
}
