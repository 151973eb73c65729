import { describe, expect, it } from 'vitest'
import type { Letter } from '../../../src/core/record/letter.ts'
import {
  active,
  claimed,
  committed,
  ended,
  failed,
  leaseGivenUp,
  salvaged,
  takenBack,
  tokenSetRefused,
  withoutLetter,
} from '../../../src/core/record/record-changes.ts'
import {
  blankRecord,
  outdoes,
  type Session,
  type SessionRecord,
} from '../../../src/core/record/session-record.ts'
import { scopeOf, tokenKey } from '../../../src/core/record/token-set.ts'

const letter = (id: string, claim: number, state: Letter['state']): Letter => ({
  id,
  claim,
  about: 'default',
  token: 4,
  state,
  ...(state === 'answered' && { answer: { failure: 'network', receivedAt: 1 } }),
})
const all = [letter('a', 5, 'answered'), letter('b', 6, 'opened'), letter('c', 9, 'answered')]
const unopened = letter('d', 10, 'posted')
const session: Session = {
  refreshToken: 'r4',
  refreshTokenGeneration: 4,
  startedAt: 1,
  tokens: {},
}
const lease = { tab: 'me', takenAt: 1, until: 2, underLock: true }
const record: SessionRecord = {
  ...blankRecord,
  revision: 20,
  epoch: 3,
  generation: 6,
  session,
  letters: [...all, unopened],
}
const failure = { kind: 'transient', code: 'NETWORK', attempt: 1, failedAt: 1, until: 2 } as const
const reply = { accessToken: 't', tokenType: 'Bearer' } as const
const accepted = { reply, key: 'default', receivedAt: 1, mintedFor: [] } as const

const idsIn = ({ letters = [] }: SessionRecord): string[] => letters.map(({ id }) => id)

describe('the letters of a record', () => {
  it('that nobody has opened are taken back by a claim, which posts its own', () => {
    expect(idsIn(claimed(record, lease, 0, letter('e', 21, 'posted')))).toEqual([
      'a',
      'b',
      'c',
      'e',
    ])
    expect(idsIn(claimed(record, lease, 0))).toEqual(['a', 'b', 'c'])
  })

  it('are taken back one by one, and leave no empty list', () => {
    expect(idsIn(takenBack(record, 'd'))).toEqual(['a', 'b', 'c'])
    expect(takenBack({ ...record, letters: [unopened] }, 'd')).not.toHaveProperty('letters')
  })

  it('go with the lease that they were written under only if nobody has opened them', () => {
    const under = (id: string): SessionRecord => ({ ...record, lease: { ...lease, letter: id } })
    expect(idsIn(leaseGivenUp(under('d')))).toEqual(['a', 'b', 'c'])
    // What comes of an open one may be filed yet, and an answer goes when it was read.
    expect(idsIn(failed(under('b'), failure, {}))).toEqual(['a', 'b', 'c', 'd'])
    expect(idsIn(failed(under('a'), failure, {}))).toEqual(['a', 'b', 'c', 'd'])
    expect(idsIn(withoutLetter(record, 'a'))).toEqual(['b', 'c', 'd'])
  })

  it('are cleared by a commit, unless they were claimed later and opened', () => {
    const to = { generation: 4, claim: 6 }
    expect(idsIn(committed(record, session, { ...accepted, to }))).toEqual(['c'])
    expect(idsIn(salvaged(record, session, 'r7', failure, to))).toEqual(['c'])
  })

  it('are cleared by the end of the session, whatever has become of them', () => {
    expect(ended(record, 'signed-out', 1)).not.toHaveProperty('letters')
  })
})

describe('a refresh token', () => {
  const to = { generation: 4, claim: 9 }

  it('is named by the generation that has brought it, and remembers what it has replaced', () => {
    const next = committed(record, session, {
      ...accepted,
      reply: { ...reply, refreshToken: 'r7' },
      to,
    })
    expect(next).toMatchObject({ generation: 7, from: to })
    expect(next.session).toMatchObject({ refreshToken: 'r7', refreshTokenGeneration: 7 })
    expect(salvaged(record, session, 'r7', failure, to)).toMatchObject({
      from: to,
      session: { refreshTokenGeneration: 7 },
    })
  })

  it('keeps its name where the server leaves it as it is, or says it once more', () => {
    for (const refreshToken of [undefined, 'r4']) {
      const said = refreshToken === undefined ? reply : { ...reply, refreshToken }
      const next = committed(record, session, { ...accepted, reply: said, to })
      expect(next.session).toMatchObject({ refreshToken: 'r4', refreshTokenGeneration: 4 })
      expect(next).not.toHaveProperty('from')
    }
  })

  it('gives way to the reply to the same one only if that was claimed later', () => {
    const current = { ...record, from: to }
    expect(outdoes({ generation: 4, claim: 10 }, current)).toBe(true)
    expect(outdoes({ generation: 4, claim: 9 }, current)).toBe(false)
    expect(outdoes({ generation: 4, claim: 8 }, current)).toBe(false)
    expect(outdoes({ generation: 5, claim: 10 }, current)).toBe(false)
    expect(outdoes({ generation: 4, claim: 10 }, record)).toBe(false)
  })
})

describe('a late reply that brings the refresh token that is stored already', () => {
  const sending = { ...record, lease, unknown: 1, refusals: 2 }
  const late = { generation: 3, claim: 8 }

  it('leaves the right to send, and what is known of attempts, to those who have claimed it since', () => {
    for (const more of [{ refreshToken: 'r4' }, {}]) {
      const after = committed(sending, session, {
        ...accepted,
        reply: { ...reply, ...more },
        to: late,
      })
      expect(after).toMatchObject({ lease, unknown: 1, refusals: 2, generation: 7, revision: 21 })
      expect(idsIn(after)).toEqual(['c', 'd'])
      expect(after.session).toMatchObject({ refreshToken: 'r4', refreshTokenGeneration: 4 })
    }
    expect(salvaged(sending, session, 'r4', failure, late)).toMatchObject({ lease, unknown: 1 })
  })

  it('ends them if it brings another one, or answers that one itself', () => {
    const other = { ...accepted, reply: { ...reply, refreshToken: 'r5' }, to: late }
    expect(committed(sending, session, other)).not.toHaveProperty('lease')
    const same = { ...accepted, to: { generation: 4, claim: 8 } }
    expect(committed(sending, session, same)).not.toHaveProperty('lease')
    expect(committed(sending, session, same)).toMatchObject({ unknown: 0, refusals: 0 })
  })
})

describe('what the server has refused of several token sets', () => {
  const refused = { default: failure, other: failure }

  it('is given again by a reply for that one, and only for that', () => {
    const before = { ...session, refused }
    const to = { generation: 4, claim: 20 }
    const after = committed({ ...record, session: before }, before, { ...accepted, to })
    expect(after.session?.refused).toEqual({ other: failure })
    const never = committed(record, session, { ...accepted, to })
    expect(never.session).not.toHaveProperty('refused')
  })

  it('is noted beside the others, gives the lease up, and leaves the session as it is', () => {
    const before = { ...session, refused: { other: failure } }
    const later = { ...failure, attempt: 2 }
    const after = tokenSetRefused({ ...record, lease }, before, 'default', later)
    expect(after.session).toEqual({ ...before, refused: { other: failure, default: later } })
    expect(after).not.toHaveProperty('lease')
    expect(after).not.toHaveProperty('failure')
    expect(after.revision).toBe(21)
  })
})

describe('an attempt that did not work out', () => {
  it('gives the lease up, and counts what it was told to count', () => {
    const after = failed({ ...record, lease }, failure, {
      unknown: 3,
      refusals: 2,
      refusedSince: 9,
    })
    expect(after).toMatchObject({ failure, unknown: 3, refusals: 2, refusedSince: 9, revision: 21 })
    expect(after).not.toHaveProperty('lease')
  })

  it('keeps the refresh token that came with it, and the pause', () => {
    const after = salvaged(record, session, 'r7', failure, { generation: 4, claim: 20 })
    expect(after).toMatchObject({
      failure,
      generation: 7,
      session: { refreshToken: 'r7', refreshTokenGeneration: 7, tokens: {} },
    })
  })
})

describe('the end of a session', () => {
  it('says why, in whose words, and whether it was the user', () => {
    const endedWith = { error: 'invalid_grant' }
    const rejected = ended(record, 'rejected', 1_000, endedWith)
    expect(rejected).toMatchObject({ endedBy: 'rejected', endedWith, epoch: 1_000 })
    expect(rejected.signedOutEpoch).toBe(undefined)
    expect(rejected).not.toHaveProperty('session')
    const signedOut = ended(record, 'signed-out', 1_000)
    expect(signedOut).toMatchObject({ endedBy: 'signed-out', signedOutEpoch: 1_000 })
    expect(signedOut).not.toHaveProperty('endedWith')
  })

  it('begins a later epoch than the one before, also by a clock that was set back', () => {
    expect(ended({ ...record, epoch: 2_000 }, 'idle', 1_000).epoch).toBe(2_001)
  })
})

it('what the user does is written down with the session', () => {
  const after = active(record, session, 1_000)
  expect(after).toEqual({ ...record, revision: 21, session: { ...session, activeAt: 1_000 } })
})

describe('the scope in the key of a token set', () => {
  it('is read as it was written', () => {
    expect(scopeOf(tokenKey({ scope: 'b a' }))).toBe('a b')
    expect(scopeOf(tokenKey({ scope: 'a', audience: '["x"]' }))).toBe('a')
    expect(scopeOf(tokenKey({ audience: 'x' }))).toBe(undefined)
    expect(scopeOf('default')).toBe(undefined)
    expect(scopeOf('[[')).toBe(undefined)
  })
})
