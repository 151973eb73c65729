import { describe, expect, it } from 'vitest'
import { blankRecord, type SessionRecord } from '../../../src/core/record/session-record.ts'
import { isLastRefusal, refusedSince } from '../../../src/core/rotation/refusals.ts'

const at = 1_000_000
const refused = (refusals: number, since?: number): SessionRecord => ({
  ...blankRecord,
  refusals,
  ...(since !== undefined && { refusedSince: since }),
})

describe('a refusal that nobody can read', () => {
  it.each([
    ['the third in ten seconds', 2, at - 10_000, true],
    ['the third sooner than that', 2, at - 9_999, false],
    ['the second, however late', 1, at - 3_600_000, false],
    ['a later one', 7, at - 60_000, true],
    ['the third, by a clock that was set back since', 2, at + 60_000, false],
    [
      'the third, where an earlier version has not noted when the first one came',
      2,
      undefined,
      false,
    ],
    ['the first, though an earlier outage is noted', 0, at - 60_000, false],
  ])('is one too many: %s', (_, refusals, since, isLast) => {
    expect(isLastRefusal(refused(refusals, since), at)).toBe(isLast)
  })

  it('begins its row unless others came before it', () => {
    expect(refusedSince(refused(0, at - 1), at)).toBe(at)
    expect(refusedSince(refused(1, at - 1), at)).toBe(at - 1)
    expect(refusedSince(refused(1, at + 1), at)).toBe(at)
    expect(refusedSince(refused(1), at)).toBe(at)
  })
})
