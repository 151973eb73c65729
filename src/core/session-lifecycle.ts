import type { Announcement } from './announcement.ts'
import { StorageError } from './errors.ts'
import type { Report } from './events.ts'
import type { Clock, Random, TokenReply } from './ports.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { ended, started } from './record-changes.ts'
import { blankRecord, type Session, type SessionRecord } from './session-record.ts'
import { defaultTokenKey } from './token-set.ts'

export interface NewSession {
  readonly reply: TokenReply
  /** What was asked for, where the server does not say what it granted. */
  readonly scope?: string | undefined
  readonly receivedAt?: number | undefined
  readonly nonce?: string | undefined
  readonly senderKey?: unknown
  /** Leaves a session that is there as it is; decided inside the transaction. */
  readonly ifSignedOut?: boolean | undefined
}

export interface SessionLifecycle {
  /**
   * Begins a session in all tabs; in this one only, where storage refuses it. Rejects with a
   * {@link StorageError} only where a newer version of the app owns the record.
   */
  start(begun: NewSession): Promise<void>
  /**
   * Ends the session, here before anything else and without asking anybody. Fulfils with what it
   * was, also when storage refuses the write: this tab stays signed out then.
   */
  signOut(): Promise<Session | undefined>
}

/**
 * Sign-in and sign-out. Neither waits for a rotation: each is one unconditional transaction that
 * moves the epoch, which fences off whatever reply is still under way. The last one wins.
 */
export function createSessionLifecycle(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
  readonly announce: (record: SessionRecord, kind: Announcement['kind']) => void
}): SessionLifecycle {
  const { keeper, clock, random, report, announce } = options
  /** Those that leave nothing as it was. */
  let decisions = 0

  return {
    async start({ reply, scope, receivedAt = clock.now(), nonce, senderKey, ifSignedOut }) {
      const mine = ifSignedOut ? decisions : ++decisions
      const decidedAt = clock.now()
      const key = defaultTokenKey
      const id = random.id()
      const begun = { reply, key, receivedAt, scope, nonce, senderKey, decidedAt, id }
      const begin = (current: SessionRecord): SessionRecord | undefined =>
        ifSignedOut && current.session ? undefined : started(current, begun)
      let next = begin(keeper.seen() ?? blankRecord)
      try {
        const record = await keeper.update(
          (current) => {
            next = begin(current)
            return { next, result: next }
          },
          { durable: true },
        )
        if (record) announce(record, 'started')
      } catch (error) {
        if (error instanceof StorageError && error.code === 'RECORD_NEWER') throw error
        // What was asked of this tab since then is not undone by an answer that came late.
        if (!next || mine !== decisions) return
        // Whatever moved the epoch as far as this does counts as the later one: another tab, while this
        // one waited for storage, or this very sign-in, which may have been written.
        if (keeper.carryOn(begin, next.epoch - 1)) report({ type: 'persistence-failed' })
      }
    },

    async signOut() {
      decisions += 1
      const before = keeper.seen() ?? blankRecord
      const decidedAt = clock.now()
      const end = (record: SessionRecord): SessionRecord => ended(record, 'signed-out', decidedAt)
      try {
        const over = await keeper.overrule(end)
        announce(over.record, 'ended')
        return newestSession(before, over.before)
      } catch {
        report({ type: 'persistence-failed' })
        return before.session
      }
    },
  }
}

/** Storage may lack a session, or a refresh token, that this tab has and storage has refused. */
function newestSession(seen: SessionRecord, stored: SessionRecord): Session | undefined {
  const isAhead =
    seen.epoch > stored.epoch ||
    (seen.epoch === stored.epoch && seen.generation > stored.generation)
  return (isAhead ? seen.session : undefined) ?? stored.session ?? seen.session
}
