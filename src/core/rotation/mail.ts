import { defined } from '../defined.ts'
import type { Report } from '../events.ts'
import type { Clock, Courier, CourierWord, LockManager, PageEvents, Random } from '../ports.ts'
import { patiently } from '../patience.ts'
import { isLetter, letterLockName, type Letter, type NewLetter } from '../record/letter.ts'
import { takenBack } from '../record/record-changes.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { Lease, Session, SessionRecord } from '../record/session-record.ts'
import { scopeOf } from '../record/token-set.ts'
import { runs } from '../time-span.ts'
import { unlessStopped, untilFirst, type Stop } from '../until.ts'
import { leaseMsFor, leaseReserveMs, type Claim } from './claim.ts'
import { lookForMail, type FoundMail } from './look-for-mail.ts'
import type { Wish } from './refresh-plan.ts'
import type { Delivery, SealedGrant } from './token-grant.ts'

/** How long a letter may lie unopened before the page sends by itself. */
const unopenedMs = 1_000
/** How much longer than its request a letter that was opened is waited for. */
const filingMs = 5_000
const lookAgainMs = 1_000

/** Letters, as a page has to do with them. */
export interface Mail {
  readonly newLetter: NewLetter
  /** Has the grant of a claim sent by the courier. `maySend` is asked in the turn in which it is posted. */
  deliver(
    claim: Claim & { readonly letter: Letter },
    grant: SealedGrant,
    maySend: () => boolean,
  ): Promise<Delivery>
  /** What the letters of a record say, as far as this tab has found out. */
  look(record: SessionRecord, session: Session): FoundMail
  /** What a letter was written for, in place of what is wished now. */
  wishBehind(letter: Letter, wish: Wish): Wish
  /** Whether somebody else's letter is waited for, so that news of it is of interest. */
  isAwaited(letterId: string): boolean
  /** Fulfils when a letter that is open was answered, or its courier is gone. */
  untilNews(
    letter: Letter,
    lease: Lease | undefined,
    onNews: (listener: () => void) => () => void,
  ): Promise<void>
}

/** What a page has to give for letters. */
export interface MailOptions {
  readonly keeper: RecordKeeper
  readonly clock: Clock
  readonly random: Random
  readonly locks: LockManager
  readonly tokenRequestTimeoutMs: number
}

/** What `courier()` gives, of `tokenring/courier`; it starts nothing before a manager asks for its mail. */
export interface CourierSupport {
  /** Starts the courier, and waits for nothing. */
  createMail(
    options: MailOptions & {
      /** The key of the record in the store. */
      readonly recordKey: string
      readonly channelName: string
      readonly storage: unknown
      /** Whether the app brings a `fetch` along, which a courier does not have. */
      readonly hasOwnFetch: boolean
      readonly pageEvents: PageEvents
      readonly report: Report
    },
  ): Mail
}

/**
 * Storage says what became of a letter, as of everything else; what the courier says is only news.
 */
export function createMail(options: MailOptions & { readonly courier: Courier }): Mail {
  const { courier, keeper, clock, locks, tokenRequestTimeoutMs: timeoutMs } = options
  const leaseMs = leaseMsFor(timeoutMs)
  const orphaned = new Set<string>()
  let awaited: string | undefined

  const deliver: Mail['deliver'] = async (claim, grant, maySend) => {
    const { id } = claim.letter
    if (!maySend()) return 'withheld'

    return new Promise((resolve) => {
      let isOpened = false
      let isTakenBack = false
      let cancel = patiently(clock, unopenedMs, takeBack)
      const unsubscribe = keeper.onSeen(look)
      const notAfter = claim.lease.until - timeoutMs - leaseReserveMs
      courier.post({ ...grant, id, notAfter, timeoutMs }, hear)

      function finish(delivery: Delivery): void {
        cancel()
        unsubscribe()
        resolve(delivery)
      }

      function hear(word: CourierWord): void {
        if (word === 'opened') awaitAnswer()
        else if (word === 'not-sent') takeBack()
        else if (word === 'filed') void readAgain()
        else finish(word)
      }

      function look({ letters = [] }: SessionRecord): void {
        const letter = letters.find((candidate) => candidate.id === id && isLetter(candidate))
        // Without it, this tab has taken it back, or somebody has moved on. What is open brings tokens
        // all the same, which have to be revoked if the session is over: its courier says so.
        if (letter?.answer) finish(letter.answer)
        else if (letter?.state === 'opened') awaitAnswer()
        else if (!letter && isTakenBack) finish('undelivered')
        else if (!letter && !isOpened) finish('withheld')
      }

      async function readAgain(): Promise<void> {
        // Where storage does not answer, there may be an answer in it all the same.
        await keeper.read().then(look, () => undefined)
      }

      /** It may be on its way by now: no matter how long that takes, it is not sent a second time. */
      function awaitAnswer(): void {
        if (isOpened) return
        isOpened = true
        cancel()
        cancel = patiently(clock, timeoutMs + filingMs, () => void giveUp())
      }

      /** What is taken back before it was opened was never sent, and never will be. */
      function takeBack(): void {
        if (isOpened) return
        cancel()
        keeper
          .update((current) => {
            const { letters = [] } = current
            const isUnopened = letters.some((own) => own.id === id && own.state === 'posted')
            // One that was given up may have been answered meanwhile: then there is nothing to send.
            const isNeeded = !letters.some(
              ({ token, state }) => token === claim.letter.token && state === 'answered',
            )
            isTakenBack ||= isUnopened && isNeeded
            return { next: isUnopened ? takenBack(current, id) : undefined, result: current }
          })
          // What this tab has written itself, it has looked at already.
          .then((current) => isTakenBack || look(current), awaitAnswer)
      }

      async function giveUp(): Promise<void> {
        await readAgain()
        finish('timeout')
      }
    })
  }

  return {
    newLetter: (about) =>
      courier.isAvailable() ? { ...about, id: options.random.id(), state: 'posted' } : undefined,
    deliver,
    look: (record, session) => lookForMail(record, session, (id) => orphaned.has(id)),
    wishBehind: ({ about: key }, wish) => ({
      ...wish,
      key,
      parameters: defined({ scope: scopeOf(key) }),
      rejected: undefined,
    }),
    isAwaited: (id) => id === awaited,
    async untilNews({ id }, lease, onNews) {
      // Its courier holds this lock from before it opens the letter until the answer is filed.
      const lock = locks.request(letterLockName(id))
      const news: Stop<'news'> = (_, resolve) => onNews(() => resolve('news'))
      const silence: Stop<'silence'> = (_, resolve) =>
        patiently(clock, leaseMs + filingMs, () => resolve('silence'))
      const free = lock.granted.then((isHeld) => (isHeld ? 'free' : 'no-locks'))
      awaited = id
      const end = await unlessStopped<string>(free, [news, silence])
      awaited = undefined
      lock.release()
      if (end === 'news') return
      if (end === 'no-locks' && lease && runs(lease.takenAt, lease.until, leaseMs, clock.now())) {
        return untilFirst(clock, Math.min(lease.until - clock.now(), lookAgainMs), onNews)
      }
      orphaned.add(id)
    },
  }
}
