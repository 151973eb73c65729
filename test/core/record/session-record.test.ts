import { describe, expect, it } from 'vitest'
import {
  blankRecord,
  isSameRecord,
  isSameSession,
  nameOf,
  outdoes,
  type SessionRecord,
} from '../../../src/core/record/session-record.ts'

const record = (more: Partial<SessionRecord> = {}, session: object = {}): SessionRecord => ({
  ...blankRecord,
  revision: 3,
  epoch: 7,
  session: { startedAt: 1, tokens: {}, ...session },
  ...more,
})

describe('a record', () => {
  it.each<[string, SessionRecord, boolean]>([
    ['nobody has written since', record({ generation: 9 }, { refreshToken: 'r' }), true],
    ['somebody has written', record({ revision: 4 }, { refreshToken: 'r' }), false],
    ['another session has begun', record({ epoch: 8 }, { refreshToken: 'r' }), false],
    ['the refresh token is another', record({}, { refreshToken: 's' }), false],
    ['the session is over', { ...blankRecord, revision: 3, epoch: 7 }, false],
  ])('is the same where %s: %#', (_, other, isSame) => {
    expect(isSameRecord(record({}, { refreshToken: 'r' }), other)).toBe(isSame)
  })

  it('holds the same session where that has the same name, in whatever epoch', () => {
    expect(isSameSession(record({}, { id: 'a' }), record({ epoch: 8 }, { id: 'a' }))).toBe(true)
    expect(isSameSession(record({}, { id: 'a' }), record({}, { id: 'b' }))).toBe(false)
    expect(isSameSession(record({}, { id: 'a' }), record())).toBe(false)
    expect(isSameSession(record(), record())).toBe(true)
    expect(isSameSession(record(), record({ epoch: 8 }))).toBe(false)
  })

  it('calls a session by its id, or by its epoch if an earlier version has begun it', () => {
    expect(nameOf(record({}, { id: 'a' }))).toBe('a')
    expect(nameOf(record())).toBe('7')
  })

  it.each([
    ['the same refresh token, claimed later', { generation: 2, claim: 6 }, true],
    ['the same refresh token by the same claim', { generation: 2, claim: 5 }, false],
    ['the same refresh token, claimed earlier', { generation: 2, claim: 4 }, false],
    ['another refresh token', { generation: 1, claim: 6 }, false],
  ])('is outdone by a reply to %s: %#', (_, origin, isOutdone) => {
    expect(outdoes(origin, record({ from: { generation: 2, claim: 5 } }))).toBe(isOutdone)
    expect(outdoes(origin, record())).toBe(false)
  })
})
