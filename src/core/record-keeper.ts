import { StorageError } from './errors.ts'
import type { Report } from './events.ts'
import type { TokenStore } from './ports.ts'
import { blankRecord, parseSessionRecord, type SessionRecord } from './session-record.ts'

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
    options?: { readonly durable?: boolean },
  ): Promise<T>
  /**
   * Goes on as if `next` had been written over `base`, which storage refused or has not heard of
   * yet. Every read offers it again, until storage takes it or another tab has moved on.
   */
  carryOn(base: SessionRecord, next: SessionRecord): void
  /** Calls `listener` whenever another record was seen, and returns what ends that. */
  onSeen(listener: (record: SessionRecord, before: SessionRecord | undefined) => void): () => void
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
  let unwritten: { readonly base: SessionRecord; readonly next: SessionRecord } | undefined
  let isNewestGivenUp = false
  let started = 0
  let finished = 0

  /** Transactions may report out of order: one that began earlier counts only if it saw more. */
  function see(record: SessionRecord, order: number): void {
    const before = newest
    const isNewer = before?.epoch === record.epoch && before.revision < record.revision
    if (order < finished && !isNewer) return
    finished = Math.max(order, finished)
    const isSame = before?.epoch === record.epoch && before.revision === record.revision
    if (isSame && !isNewestGivenUp) return
    isNewestGivenUp = false
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

  function overlaid(stored: SessionRecord): SessionRecord {
    if (!unwritten) return stored
    const { base, next } = unwritten
    const stands = next.session
      ? stored.epoch === base.epoch && stored.session?.refreshToken === base.session?.refreshToken
      : stored.epoch < next.epoch
    // Every write of a peer still shows, as a revision that nobody has seen.
    if (stands) return { ...next, revision: next.revision + stored.revision }
    unwritten = undefined
    // Two tabs may have moved the epoch in the same millisecond, one of them in its memory only.
    isNewestGivenUp = true
    return stored
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
      const record = overlaid(parse(await store.read(key).catch(refuse('STORE_READ', 'read'))))
      see(record, order)
      return record
    },
    async update(change, updateOptions) {
      const order = ++started
      let offered: typeof unwritten
      const { record, result } = await store
        .update(
          key,
          (stored) => {
            const parsed = parse(stored)
            const current = overlaid(parsed)
            offered = unwritten
            const { next, result: decided } = change(current, parsed)
            const put = next ?? (offered && current)
            return put
              ? { put, result: { record: put, result: decided } }
              : { result: { record: current, result: decided } }
          },
          updateOptions,
        )
        .catch(refuse('STORE_WRITE', 'written'))
      // Not what came up only while this was under way.
      if (unwritten === offered) unwritten = undefined
      see(record, order)
      return result
    },
    carryOn(base, next) {
      unwritten = { base, next }
      see(overlaid(newest ?? base), ++started)
    },
    onSeen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return keeper
}

function refuse(code: 'STORE_READ' | 'STORE_WRITE', verb: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof StorageError) throw cause
    throw new StorageError(code, `The session could not be ${verb}: storage refused.`, { cause })
  }
}
