import type { Clock, CourierWord, LetterAnswer, LockManager, OpenChannel } from '../core/ports.ts'
import { letterLockName } from '../core/record/letter.ts'
import { atMost, untilFirst } from '../core/until.ts'
import { isLate } from './is-late.ts'
import type { LetterMessage } from './letter-message.ts'
import { movedLetter } from './moved-letter.ts'
import { sendLetter } from './send-letter.ts'
import type { StoredRecord } from './stored-record.ts'

/** The parts of a worker. */
export interface WorkerParts {
  readonly clock: Clock
  readonly fetch: typeof globalThis.fetch
  readonly locks: LockManager
  readonly openChannel: OpenChannel
  readonly record: StoredRecord
}

/** How often an answer is offered to storage that refuses it, and how long it is left alone in between. */
const offers = 4
const offerAgainMs = 1_000

/**
 * Opens a letter, sends it, and files the raw answer. Never rejects.
 *
 * Whoever finds it `opened` waits for its lock or its answer, so the lock is held from before it is
 * opened until it is answered; and it is `posted` in the record for as long as nothing was sent.
 */
export async function deliverLetter(
  letter: LetterMessage,
  parts: WorkerParts,
  say: (word: CourierWord) => void,
): Promise<void> {
  const { locks, record } = parts
  const { id, leftMs, aheadMs = 0 } = letter
  // As the page reads it, and whoever reads the record.
  const clock = { ...parts.clock, now: () => parts.clock.now() + aheadMs }
  const arrivedMonotonic = clock.monotonic()
  const lock = locks.request(letterLockName(id))
  try {
    // Where there are no locks, it goes on without: the lease protects what it is about.
    await atMost(clock, leftMs, lock.granted)
    const isOpened = await record
      .change(letter, 'default', (stored) =>
        isLate(letter, clock, arrivedMonotonic)
          ? undefined
          : movedLetter(stored, id, { from: 'posted', to: 'opened' }),
      )
      .catch(() => false)
    // That may have taken its time, as in a worker that was stopped.
    if (!isOpened || isLate(letter, clock, arrivedMonotonic)) return say('not-sent')
    say('opened')
    const answer = await sendLetter(letter, clock, parts.fetch)
    if (!(await file(letter, answer, parts, say))) return
  } finally {
    lock.release()
  }
  // By its id alone. It also reaches those who only want to know that the record has changed.
  const channel = parts.openChannel(letter.channel, () => {})
  channel?.post({ v: 1, letter: id })
  channel?.close()
  say('filed')
}

/**
 * Whether the answer is where it belongs. If storage refuses it, or its letter is gone, the page hears it:
 * what comes for a session that is over has to be revoked.
 */
async function file(
  { id, ...place }: LetterMessage,
  answer: LetterAnswer,
  { clock, record }: WorkerParts,
  say: (word: CourierWord) => void,
): Promise<boolean> {
  for (let offer = 1; offer <= offers; offer += 1) {
    try {
      const isFiled = await record.change(place, 'strict', (stored) =>
        movedLetter(stored, id, { from: 'opened', to: 'answered', answer }),
      )
      if (!isFiled) say(answer)
      return isFiled
    } catch {
      // The page, if there still is one, need not wait for the next offers.
      if (offer === 1) say(answer)
      await untilFirst(clock, offerAgainMs)
    }
  }
  return false
}
