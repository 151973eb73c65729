import { parseSessionRecord } from '../../../src/core/record/parse-session-record.ts'
import { blankRecord, type SessionRecord } from '../../../src/core/record/session-record.ts'
import type { TokenRequest } from '../../../src/testing/happenings.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'
import type { Moment } from './moment.ts'

/** The right to send, as storage gave it. */
export interface ClaimSeen {
  readonly tab: TabProcess
  readonly refreshToken: string | undefined
  readonly epoch: number
  /** The number of the write. */
  readonly at: number
  readonly atMs: number
  readonly underLock: boolean
  /** How often the wall clock had been set by then. */
  readonly clockSteps: number
  /**
   * When its tab may have decided, by the wall clock: whenever it was told of the record that the
   * claim was written over, and then.
   */
  readonly decidedAt: readonly number[]
  /** What the claim was written over, and what it left. */
  readonly before: SessionRecord
  readonly after: SessionRecord
  isUsed: boolean
}

/** One presentation of a refresh token. */
export interface Attempt {
  readonly request: TokenRequest
  readonly tab: TabProcess
  readonly refreshToken: string
  readonly claim: ClaimSeen
  /** What its tab knows of it. */
  end: 'flying' | 'unknown' | 'not-spent' | 'rejected' | 'accepted'
  /** Its tab is gone or put away or has lost the lock it had, so that nobody else will know what comes of it. */
  isAbandoned: boolean
  /** Its tab has given its lease up. */
  isWrittenDown: boolean
  /** Storage has refused a write of its tab since the answer came. */
  isRefusedByStorage: boolean
  /** Storage takes no note of what came of it, and its tab has given up trying. */
  isUnsaved: boolean
  /** Somebody took the right to send before it was written down what came of it, so for storage it is unknown. */
  isDisplaced: boolean
  /** When a courier has filed its answer: the number of the write. */
  filedAt: number | undefined
}

/** What every keeper of a promise rests on: who has claimed and sent what, and what storage holds. */
export interface Ledger {
  readonly attempts: readonly Attempt[]
  readonly clockSteps: number
  /** The last claim of a tab. */
  claimOf(tab: TabProcess): ClaimSeen | undefined
  /** The claim by which a request was sent: its tab's last one, or the one that its letter was written under. */
  claimBehind(request: TokenRequest): ClaimSeen | undefined
  /** When storage got the successor of a refresh token: the number of the write. */
  succeededAt(refreshToken: string): number | undefined
  /** What the last transaction found and what it left. */
  readonly lastWrite: { readonly before: SessionRecord; readonly after: SessionRecord }
  /** The newest record that a tab was told of, by epoch and revision. */
  toldTo(tab: TabProcess): SessionRecord | undefined
  see(moment: Moment): void
}

export function recordOf(stored: unknown): SessionRecord {
  const parsed = parseSessionRecord(stored)
  return typeof parsed === 'object' ? parsed : blankRecord
}

/** @param now What the wall clock shows. */
export function createLedger(now: () => number): Ledger {
  const attempts: Attempt[] = []
  const claims = new Map<TabProcess, ClaimSeen>()
  const claimsOfLetters = new Map<string, ClaimSeen>()
  const succeeded = new Map<string, number>()
  const told = new Map<TabProcess, SessionRecord>()
  const toldAt = new Map<
    TabProcess,
    { readonly revision: number; readonly at: readonly number[] }
  >()
  let clockSteps = 0
  let lastWrite: Ledger['lastWrite'] = { before: blankRecord, after: blankRecord }

  function eachOf(tab: TabProcess, change: (attempt: Attempt) => void): void {
    for (const attempt of attempts) if (attempt.tab === tab) change(attempt)
  }

  function claimBehind({ tab, letter }: TokenRequest): ClaimSeen | undefined {
    return letter === undefined ? claims.get(tab) : claimsOfLetters.get(letter)
  }

  function seeWrite(moment: Moment & { readonly type: 'wrote' }): void {
    const { tab, at, atMs } = moment
    const before = recordOf(moment.before)
    const after = recordOf(moment.after)
    lastWrite = { before, after }
    for (const { id, answer } of after.letters ?? []) {
      const attempt = attempts.find(({ request }) => request.letter === id)
      if (attempt && answer) attempt.filedAt ??= at
    }
    if (after.revision === before.revision && after.epoch === before.epoch) return
    const refreshToken = after.session?.refreshToken
    const spent = before.session?.refreshToken
    // Only a claim leaves a lease of the tab that writes.
    if (after.lease?.tab.startsWith(`${tab.name} `) && !isTakenBack(before, after)) {
      const { underLock } = after.lease
      const { epoch } = after
      for (const attempt of attempts) {
        const isHeld = before.lease?.tab.startsWith(`${attempt.tab.name} `)
        const isKnown = attempt.isWrittenDown || attempt.isAbandoned
        if (isHeld && attempt.tab !== tab && !isKnown) attempt.isDisplaced = true
      }
      const claim: ClaimSeen = {
        tab,
        refreshToken,
        epoch,
        at,
        atMs,
        underLock,
        clockSteps,
        decidedAt: [...(toldAt.get(tab)?.at ?? []), now()],
        before,
        after,
        isUsed: false,
      }
      claims.set(tab, claim)
      const { letter } = after.lease
      if (letter !== undefined && !claimsOfLetters.has(letter)) claimsOfLetters.set(letter, claim)
    } else if (before.lease?.tab.startsWith(`${tab.name} `)) {
      eachOf(tab, (attempt) => (attempt.isWrittenDown ||= attempt.end !== 'flying'))
    }
    if (before.epoch === after.epoch && spent !== undefined && spent !== refreshToken) {
      succeeded.set(spent, at)
    }
  }

  return {
    attempts,
    get clockSteps() {
      return clockSteps
    },
    get lastWrite() {
      return lastWrite
    },
    claimOf: (tab) => claims.get(tab),
    claimBehind,
    succeededAt: (refreshToken) => succeeded.get(refreshToken),
    toldTo: (tab) => told.get(tab),
    see(moment) {
      const { tab } = moment
      if (moment.type === 'clock-stepped') clockSteps += 1
      if (moment.type === 'wrote') seeWrite(moment)
      if (moment.type === 'told') {
        const record = recordOf(moment.stored)
        const { revision } = record
        const last = toldAt.get(tab)
        const earlier = last?.revision === revision ? last.at : []
        toldAt.set(tab, { revision, at: [...earlier, now()] })
        const known = told.get(tab)
        if (!known || isLater(record, known)) told.set(tab, record)
      }
      if (moment.type === 'sent') {
        const { request } = moment
        const claim = claimBehind(request)
        const { refreshToken } = request
        if (claim)
          attempts.push({
            request,
            tab,
            refreshToken,
            claim,
            end: 'flying',
            isAbandoned: false,
            isWrittenDown: false,
            isRefusedByStorage: false,
            isUnsaved: false,
            isDisplaced: false,
            filedAt: undefined,
          })
      }
      if (moment.type === 'ended') {
        for (const attempt of attempts) {
          if (attempt.request === moment.request) attempt.end = endOf(moment.end)
        }
      }
      if (moment.type === 'event' && moment.event.type === 'persistence-failed') {
        eachOf(tab, (attempt) => {
          attempt.isUnsaved ||= attempt.end === 'accepted' && attempt.isRefusedByStorage
        })
      }
      if (moment.type === 'refused' || moment.type === 'silent') {
        eachOf(tab, (attempt) => {
          attempt.isRefusedByStorage ||= attempt.end !== 'flying'
          // A new token is offered again and again; that there will be none is said once.
          attempt.isUnsaved ||= attempt.end === 'rejected'
        })
      }
      if (moment.type === 'fate') {
        const { fate } = moment
        eachOf(tab, (attempt) => {
          attempt.isAbandoned ||=
            fate === 'killed' ||
            fate === 'put-away' ||
            (fate === 'lock-lost' && attempt.claim.underLock)
        })
      }
    },
  }
}

/** Whether a letter was taken back: its lease stays as it is. */
function isTakenBack(before: SessionRecord, after: SessionRecord): boolean {
  const id = after.lease?.letter
  const holds = ({ letters = [] }: SessionRecord): boolean =>
    letters.some((letter) => letter.id === id)
  return id !== undefined && before.lease?.letter === id && holds(before) && !holds(after)
}

function isLater(record: SessionRecord, known: SessionRecord): boolean {
  return (
    record.epoch > known.epoch || (record.epoch === known.epoch && record.revision > known.revision)
  )
}

function endOf(end: (Moment & { readonly type: 'ended' })['end']): Attempt['end'] {
  if (end.kind === 'cut') return 'unknown'
  if (end.status === 200) return 'accepted'
  const isRejected =
    typeof end.body === 'object' &&
    end.body !== null &&
    'error' in end.body &&
    end.body.error === 'invalid_grant'
  return isRejected ? 'rejected' : 'not-spent'
}
