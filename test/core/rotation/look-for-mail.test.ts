import { describe, expect, it } from 'vitest'
import type { Letter } from '../../../src/core/record/letter.ts'
import { blankRecord, type SessionRecord } from '../../../src/core/record/session-record.ts'
import { planRefresh, type RefreshPlan } from '../../../src/core/rotation/refresh-plan.ts'

const now = 10_000_000
const posted: Letter = { id: 'a', claim: 7, about: 'default', token: 4, state: 'posted' }
const opened: Letter = { ...posted, state: 'opened' }
const reply = { status: 200, headers: {}, body: '{}', receivedAt: now - 86_400_000 }
const answered: Letter = {
  ...posted,
  state: 'answered',
  answer: reply,
}
const session = { refreshToken: 'r', refreshTokenGeneration: 4, startedAt: 1, tokens: {} }
const record: SessionRecord = { ...blankRecord, revision: 9, epoch: 3, generation: 5, session }
const deadLease = { tab: 'gone', takenAt: now - 1_000, until: now + 14_000, underLock: true }
const failure = {
  kind: 'transient',
  code: 'TIMEOUT',
  attempt: 1,
  failedAt: now - 100,
  until: now + 900,
} as const

const wish = {
  key: 'default',
  parameters: {},
  newerThan: { epoch: 3, generation: 5 },
  need: { leewayMs: 60_000 },
  explicit: false,
}
const context = {
  now,
  tab: 'me',
  lockHeld: true,
  leaseMs: 15_000,
  onlineAt: 0,
  accepts: () => true,
}

/** @param orphans Letters whose courier is gone. */
function planWith(changes: Partial<SessionRecord>, orphans: readonly string[] = []): RefreshPlan {
  return planRefresh({ ...record, ...changes }, wish, {
    ...context,
    isOrphaned: (id) => orphans.includes(id),
  })
}

describe('whoever is about to claim', () => {
  it('settles an answer, however old it is, whatever lease or hold-off stands', () => {
    for (const others of [{}, { lease: deadLease }, { failure }]) {
      expect(planWith({ letters: [answered], unknown: 2, ...others })).toEqual({
        kind: 'collect',
        session,
        unknown: 2,
        letter: answered,
      })
    }
  })

  it('settles the answer to the latest claim of several', () => {
    const later = { ...answered, id: 'b', claim: 8 }
    expect(planWith({ letters: [answered, later] })).toMatchObject({ letter: later })
  })

  it('waits for a letter that is open, whatever lease stands', () => {
    for (const others of [{}, { lease: deadLease }, { failure }]) {
      expect(planWith({ letters: [opened], ...others })).toEqual({
        kind: 'await-mail',
        letters: [opened],
      })
    }
  })

  it('goes on without one whose courier is gone, the outcome of which nobody knows', () => {
    const plan = { kind: 'refresh', session, unknown: 1 }
    expect(planWith({ letters: [opened] }, ['a'])).toEqual(plan)
    const lease = { ...deadLease, letter: 'a' }
    expect(planWith({ letters: [opened], lease }, ['a'])).toEqual(plan)
  })

  it('takes back what was never opened, and counts it as never sent', () => {
    const lease = { ...deadLease, letter: 'a' }
    expect(planWith({ letters: [posted], lease })).toMatchObject({ kind: 'refresh', unknown: 0 })
    expect(planWith({ letters: [], lease })).toMatchObject({ kind: 'refresh', unknown: 1 })
  })

  it('settles an answer that may hold tokens rather than a later one that holds none', () => {
    const refused = { ...answered, id: 'b', claim: 8, answer: { ...reply, status: 400 } }
    expect(planWith({ letters: [answered, refused] })).toMatchObject({ letter: answered })
  })

  it('settles the answer to the refresh token before the stored one, if it was claimed later', () => {
    const before = { ...answered, token: 3, claim: 8 }
    const from = { generation: 3, claim: 6 }
    expect(planWith({ letters: [before], from })).toMatchObject({ kind: 'collect', letter: before })
    expect(planWith({ letters: [{ ...before, claim: 5 }], from })).toMatchObject({
      kind: 'refresh',
    })
  })

  it('takes a letter in a state that it does not know for an open one', () => {
    const sealed = { ...posted, state: 'sealed' } as unknown as Letter
    expect(planWith({ letters: [sealed] })).toEqual({ kind: 'await-mail', letters: [sealed] })
  })

  it('pays no attention to letters with another refresh token, or that it cannot read', () => {
    const odd = { ...answered, answer: { body: 'half' } } as unknown as Letter
    const letters = [{ ...answered, token: 3 }, { ...opened, token: 3 }, odd]
    expect(planWith({ letters })).toMatchObject({ kind: 'refresh', unknown: 0 })
  })
})

describe('a tab without couriers', () => {
  it('settles what those of others have brought, and does not send while one may be sending', () => {
    expect(planRefresh({ ...record, letters: [answered] }, wish, context).kind).toBe('collect')
    const sending = { ...record, letters: [opened], lease: deadLease }
    expect(planRefresh(sending, wish, context).kind).toBe('await-mail')
    const later = { ...context, now: deadLease.until }
    expect(planRefresh(sending, wish, later)).toMatchObject({ kind: 'refresh', unknown: 1 })
  })
})
