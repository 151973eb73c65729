import { StorageError } from './errors.ts'
import type { Report } from './events.ts'
import type { TokenStore } from './ports.ts'
import { blankRecord, parseSessionRecord, type SessionRecord } from './session-record.ts'

/** What a change of the record leaves behind: the next record, or nothing new. */
export interface RecordChange<T> {
  readonly next?: SessionRecord
  readonly result: T
}

/** Reads and writes the one record, and remembers the newest that this tab has seen. */
export interface RecordKeeper {
  /** The newest record seen, or `undefined` before the first read. */
  seen(): SessionRecord | undefined
  /** Reads storage. Rejects with a {@link StorageError}. */
  read(): Promise<SessionRecord>
  /** One transaction: reads, lets `change` decide, writes. Rejects with a {@link StorageError}. */
  update<T>(
    change: (record: SessionRecord) => RecordChange<T>,
    options?: { readonly durable?: boolean },
  ): Promise<T>
  /**
   * Goes on as if `next` had been written over `base`, which storage refused. The first transaction
   * that storage accepts writes it after all, unless another tab has moved on.
   */
  carryOn(base: SessionRecord, next: SessionRecord): void
  /** Calls `listener` whenever another record was seen, and returns what ends that. */
  onSeen(listener: (record: SessionRecord, before: SessionRecord | undefined) => void): () => void
}

export function createRecordKeeper(options: {
  readonly store: TokenStore
  readonly key: string
  readonly report: Report
}): RecordKeeper {
  const { store, key, report } = options
  const listeners = new Set<(record: SessionRecord, before: SessionRecord | undefined) => void>()
  let newest: SessionRecord | undefined
  let unwritten: { readonly base: SessionRecord; readonly next: SessionRecord } | undefined
  let started = 0
  let finished = 0

  /** Transactions may report out of order; one that began earlier never overrides a later one. */
  function see(record: SessionRecord, order: number): void {
    if (order < finished) return
    finished = order
    const before = newest
    if (before && before.epoch === record.epoch && before.revision === record.revision) return
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
    if (typeof parsed === 'object') return overlaid(parsed)
    const vanished = newest?.session || newest?.endedBy === 'storage-cleared'
    return overlaid(vanished ? { ...blankRecord, endedBy: 'storage-cleared' } : blankRecord)
  }

  function overlaid(stored: SessionRecord): SessionRecord {
    if (!unwritten) return stored
    const { base, next } = unwritten
    const standsAsItWas =
      stored.epoch === base.epoch && stored.session?.refreshToken === base.session?.refreshToken
    // Every write of a peer still shows, as a revision that nobody has seen.
    if (standsAsItWas) return { ...next, revision: next.revision + stored.revision }
    unwritten = undefined
    return stored
  }

  return {
    seen: () => newest,
    async read() {
      const order = ++started
      const record = parse(await store.read(key).catch(refuse('STORE_READ', 'read')))
      see(record, order)
      return record
    },
    async update(change, updateOptions) {
      const order = ++started
      const { record, result } = await store
        .update(
          key,
          (stored) => {
            const current = parse(stored)
            const { next, result: decided } = change(current)
            const put = next ?? (unwritten && current)
            return put
              ? { put, result: { record: put, result: decided } }
              : { result: { record: current, result: decided } }
          },
          updateOptions,
        )
        .catch(refuse('STORE_WRITE', 'written'))
      unwritten = undefined
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
}

function refuse(code: 'STORE_READ' | 'STORE_WRITE', verb: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof StorageError) throw cause
    throw new StorageError(code, `The session could not be ${verb}: storage refused.`, { cause })
  }
}
