import type { Announcement } from './announcement.ts'
import type { Report } from './events.ts'
import type { Clock, TokenReply } from './ports.ts'
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
  /** Begins a session in all tabs. Rejects with a {@link StorageError}; nothing has changed then. */
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
  readonly report: Report
  readonly announce: (record: SessionRecord, kind: Announcement['kind']) => void
}): SessionLifecycle {
  const { keeper, clock, report, announce } = options
  return {
    async start({ reply, scope, receivedAt, nonce, senderKey, ifSignedOut }) {
      const now = clock.now()
      const record = await keeper.update<SessionRecord | undefined>(
        (current) => {
          if (ifSignedOut && current.session) return { result: undefined }
          const next = started(current, {
            reply,
            key: defaultTokenKey,
            receivedAt: receivedAt ?? now,
            scope,
            nonce,
            senderKey,
            now,
          })
          return { next, result: next }
        },
        { durable: true },
      )
      if (record) announce(record, 'started')
    },

    async signOut() {
      const before = keeper.seen() ?? blankRecord
      const now = clock.now()
      keeper.carryOn(before, ended(before, 'signed-out', now))
      try {
        const over = await keeper.update<{ record: SessionRecord; session: Session | undefined }>(
          (current) => {
            const next = ended(current, 'signed-out', now)
            return { next, result: { record: next, session: current.session } }
          },
        )
        announce(over.record, 'ended')
        return over.session ?? before.session
      } catch {
        report({ type: 'persistence-failed' })
        return before.session
      }
    },
  }
}
