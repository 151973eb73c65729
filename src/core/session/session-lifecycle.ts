import { StorageError } from '../errors.ts'
import type { Report } from '../events.ts'
import type { Clock, Random } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { ended, started } from '../record/record-changes.ts'
import { blankRecord, type Session, type SessionRecord } from '../record/session-record.ts'
import { createSignOutFence, type SignOutFence } from './sign-out-fence.ts'
import { defaultTokenKey } from '../record/token-set.ts'
import type { TokenReply } from '../record/token-reply.ts'

export interface NewSession {
  readonly reply: TokenReply
  /** What was asked for, where the server does not say what it granted. */
  readonly scope?: string | undefined
  readonly receivedAt?: number | undefined
  readonly nonce?: string | undefined
  readonly senderKey?: unknown
  /** Leaves a session that is there as it is; decided inside the transaction. */
  readonly ifSignedOut?: boolean | undefined
  /** Raised when the sign-in began to be finished. */
  readonly fence: SignOutFence
}

export interface SessionLifecycle {
  /**
   * Begins a session in all tabs; in this one only, where storage refuses it. Rejects with a
   * {@link StorageError} only where a newer version of the app owns the record. Fulfils with what it is
   * called, and whether the other tabs have it; with nothing where the user has signed out since its fence was raised, and
   * no session began.
   */
  start(
    begun: NewSession,
  ): Promise<{ readonly sessionId: string; readonly isStored: boolean } | undefined>
  /** What a sign-in that begins to be finished now is held against. */
  raiseFence(): SignOutFence
  /**
   * Ends the session, here before anything else and without asking anybody. Fulfils with what it
   * was, also when storage refuses the write: this tab stays signed out then. Of a session that was
   * over before, with the `id_token`, which this page alone remembers.
   */
  signOut(): Promise<Pick<Session, 'refreshToken' | 'idToken'> & Partial<Pick<Session, 'tokens'>>>
}

/**
 * Sign-in and sign-out. Neither waits for a rotation: each is one transaction that moves the epoch,
 * which fences off whatever reply is still under way. The last one wins; a sign-in is as old as the
 * moment in which it began to be finished, if a sign-out is what it is compared with.
 */
export function createSessionLifecycle(options: {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
}): SessionLifecycle {
  const { keeper, clock, random, report } = options
  /** Those that leave nothing as it was. */
  let decisions = 0
  let signOuts = 0
  let lastIdToken: string | undefined

  keeper.onSeen(({ session }) => {
    if (session) lastIdToken = session.idToken
  })

  return {
    async start({ reply, scope, receivedAt = clock.now(), nonce, senderKey, ifSignedOut, fence }) {
      const mine = ifSignedOut ? decisions : ++decisions
      const decidedAt = clock.now()
      const key = defaultTokenKey
      const id = random.id()
      const begun = { reply, key, receivedAt, scope, nonce, senderKey, decidedAt, id }
      let isOvertaken = false
      let isStored = true
      const begin = (current: SessionRecord): SessionRecord | undefined => {
        isOvertaken = fence.isPassed(current)
        return isOvertaken || (ifSignedOut && current.session) ? undefined : started(current, begun)
      }
      let next = begin(keeper.seen() ?? blankRecord)
      try {
        await keeper.update(
          (current) => {
            next = begin(current)
            return { next, result: undefined }
          },
          { durable: true },
        )
      } catch (error) {
        if (error instanceof StorageError && error.code === 'RECORD_NEWER') throw error
        isStored = false
        // What was asked of this tab since then is not undone by an answer that came late.
        isOvertaken = fence.isPassed()
        if (next && mine === decisions && !isOvertaken) {
          // Whatever moved the epoch as far as this does counts as the later one: another tab, while this
          // one waited for storage, or this very sign-in, which may have been written.
          if (keeper.carryOn(begin, next.epoch - 1)) report({ type: 'persistence-failed' })
        }
      }
      return isOvertaken ? undefined : { sessionId: id, isStored }
    },

    raiseFence: () => createSignOutFence(options, () => signOuts),

    async signOut() {
      decisions += 1
      signOuts += 1
      const before = keeper.seen() ?? blankRecord
      const decidedAt = clock.now()
      const end = (record: SessionRecord): SessionRecord => ended(record, 'signed-out', decidedAt)
      const known = { ...(lastIdToken !== undefined && { idToken: lastIdToken }) }
      try {
        const over = await keeper.overrule(end)
        return newestSession(before, over) ?? known
      } catch {
        report({ type: 'persistence-failed' })
        return before.session ?? known
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
