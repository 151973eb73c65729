import { defined } from '../defined.ts'
import type { Clock, Courier, CourierWord, LockManager, PostedLetter, Random } from '../ports.ts'
import type { Page } from '../page.ts'
import { patiently } from '../patiently.ts'
import { isLetter, letterLockName, type Letter, type NewLetter } from '../record/letter.ts'
import { takenBack } from '../record/record-changes.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import type { Lease, SessionRecord } from '../record/session-record.ts'
import { runs } from '../time-span.ts'
import { unlessStopped, untilFirst, type Stop } from '../until.ts'
import { leaseMsFor, leaseReserveMs, type Claim } from './claim.ts'
import { lockUntilPutAway } from './lock-until-put-away.ts'
import type { Delivery, OutgoingGrant } from './token-grant.ts'

/** How long a letter may lie unopened before the page sends by itself. */
const unopenedMs = 1_000
/** How much longer than its request a letter that was opened is waited for. */
const filingMs = 5_000
const lookAgainMs = 1_000
/** One may be the fault of a busy machine. */
const tolerableUnopened = 2

/** Letters, as a page has to do with them. */
export interface Mail {
  readonly newLetter: NewLetter
  /** Has the grant of a claim sent by the courier. `maySend` is asked in the turn in which it is posted. */
  deliver(
    claim: Claim & { readonly letter: Letter },
    grant: OutgoingGrant,
    maySend: () => boolean,
  ): Promise<Delivery>
  /** What came of a request that the page has sent by itself: it may show that only couriers have no network. */
  noteOwn(isAnswered: boolean): void
  /** Whether a courier has opened this letter and is gone, as far as this tab has found out. */
  isOrphaned(letterId: string): boolean
  /** Whether somebody else's letter is waited for, so that news of it is of interest. */
  isAwaited(letterId: string): boolean
  /** Fulfils when there is news, or the courier of one of these letters is gone: waits for all at once. */
  untilNews(
    letters: readonly Letter[],
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
  readonly page: Page
  readonly tokenRequestTimeoutMs: number
}

/**
 * Storage says what became of a letter, as of everything else; what the courier says is only news.
 */
export function createMail(options: MailOptions & { readonly courier: Courier }): Mail {
  const { courier, keeper, clock, locks, page, tokenRequestTimeoutMs: timeoutMs } = options
  const leaseMs = leaseMsFor(timeoutMs)
  const orphaned = new Set<string>()
  /** Since when this tab has known letters to be open. */
  const openSince = new Map<string, number>()
  let awaited: ReadonlySet<string> = new Set()
  let unopenedInRow = 0
  /** A courier's request failed as if there were no network: it may be that only the page has one. */
  let isDoubted = false

  const deliver: Mail['deliver'] = async (claim, grant, maySend) => {
    const { id } = claim.letter
    if (!maySend()) return 'withheld'

    return new Promise((resolve) => {
      let isOpened = false
      let isTakenBack = false
      let cancel = patiently(clock, unopenedMs, () => {
        unopenedInRow += 1
        if (unopenedInRow === tolerableUnopened) courier.giveUp('no-worker')
        takeBack()
      })
      const unsubscribe = keeper.onSeen(look)
      const notAfter = claim.lease.until - timeoutMs - leaseReserveMs
      let end = (): void => {}
      try {
        end = courier.post({ ...sealed(grant), id, notAfter, timeoutMs }, hear)
      } catch {
        takeBack()
      }

      function finish(delivery: Delivery): void {
        cancel()
        unsubscribe()
        end()
        isDoubted =
          typeof delivery === 'object' && 'failure' in delivery && delivery.failure === 'network'
        resolve(delivery)
      }

      function hear(word: CourierWord): void {
        if (word === 'opened') awaitAnswer()
        else if (word === 'not-sent') takeBack()
        else if (word === 'filed') void readAgain()
        else finish(word)
      }

      function look({ letters = [], lease }: SessionRecord): void {
        const letter = letters.find((candidate) => candidate.id === id && isLetter(candidate))
        // Without it, this tab has taken it back, or somebody has moved on. What is open brings tokens
        // all the same, which have to be revoked if the session is over: its courier says so.
        if (letter?.answer) finish(letter.answer)
        // Also if it is in a state that only a later version knows.
        else if (letter && letter.state !== 'posted') awaitAnswer()
        else if (!letter && (isTakenBack || !isOpened)) {
          // Whoever has removed it, no courier opens it any more; the lease says who may send.
          const isOwn = lease?.tab === claim.lease.tab && lease.takenAt === claim.lease.takenAt
          finish(isOwn ? 'undelivered' : 'withheld')
        }
      }

      async function readAgain(): Promise<void> {
        // Where storage does not answer, there may be an answer in it all the same.
        await keeper.read().then(look, () => undefined)
      }

      /** It may be on its way by now: no matter how long that takes, it is not sent a second time. */
      function awaitAnswer(): void {
        if (isOpened) return
        isOpened = true
        openSince.set(id, clock.monotonic())
        unopenedInRow = 0
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
      !isDoubted && courier.isAvailable()
        ? { ...about, id: options.random.id(), state: 'posted' }
        : undefined,
    deliver,
    noteOwn(isAnswered) {
      if (isDoubted && isAnswered) courier.giveUp('csp')
      isDoubted = false
    },
    isOrphaned: (id) => orphaned.has(id),
    isAwaited: (id) => awaited.has(id),
    async untilNews(letters, lease, onNews) {
      const now = clock.monotonic()
      for (const { id } of letters) if (!openSince.has(id)) openSince.set(id, now)
      const sinceMs = Math.max(...letters.map(({ id }) => openSince.get(id) ?? now))
      const silentMs = Math.max(lookAgainMs, leaseMs + filingMs - (now - sinceMs))
      // A courier holds its letter's lock from before it opens it until the answer is filed.
      const all = letters.map(({ id }) => {
        const lock = lockUntilPutAway(locks.request(letterLockName(id)), page, clock)
        return { id, lock, end: lock.granted.then((isFree) => (isFree ? 'free' : 'no-locks')) }
      })
      const news: Stop<'news'> = (_, resolve) => onNews(() => resolve('news'))
      const silence: Stop<'silence'> = (_, resolve) =>
        patiently(clock, silentMs, () => resolve('silence'))
      awaited = new Set(letters.map(({ id }) => id))
      const end = await unlessStopped<string>(Promise.race(all.map((one) => one.end)), [
        news,
        silence,
      ])
      awaited = new Set()
      const free = all.filter(({ lock }) => lock.isHeld())
      const wasPutAway = all.some(({ lock }) => lock.wasPutAway())
      for (const { lock } of all) lock.release()
      if (end === 'news' || wasPutAway) return
      // Whoever has settled another letter has taken the lease, and given it up: then it is as long as one.
      const mayBeOpen = lease
        ? runs(lease.takenAt, lease.until, leaseMs, clock.now())
        : clock.monotonic() - sinceMs < leaseMs
      if (end === 'no-locks' && mayBeOpen) {
        const leftMs = lease ? lease.until - clock.now() : lookAgainMs
        return untilFirst(clock, Math.min(leftMs, lookAgainMs), onNews)
      }
      for (const { id } of end === 'free' ? free : letters) orphaned.add(id)
    },
  }
}

/** All but what is the same in every one. */
function sealed({
  url,
  headers,
  body,
}: OutgoingGrant): Omit<PostedLetter, 'id' | 'notAfter' | 'timeoutMs'> {
  const { accept = '', dpop } = headers
  return defined({ url, accept, dpop, body: String(body) })
}
