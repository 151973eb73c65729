import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeOthers } from '../../src/silent/judge-others.ts'

const now = 1_000_000

describe('judgeOthers', () => {
  it.each([
    ['nothing', [], 'none'],
    ['one that has just left', [{ createdAt: now - 29_999 }], 'under-way'],
    ['one that stands open for long', [{ createdAt: now - 30_000 }], 'none'],
    ['one that is coming back', [{ finishedAt: now - 9_999 }], 'under-way'],
    ['one that has come back without a session', [{ finishedAt: now - 10_000 }], 'over'],
    ['one that has come back within a minute', [{ finishedAt: now - 59_999 }], 'over'],
    ['one that came back a while ago', [{ finishedAt: now - 60_000 }], 'none'],
    [
      'one that is back, and one that has left',
      [{ finishedAt: now - 11_000 }, { createdAt: now }],
      'under-way',
    ],
    ['one of a clock that was set back since', [{ createdAt: now + 86_000_000 }], 'none'],
  ] as const)('finds in %s: %s', (_, signIns, found) => {
    expect(judgeOthers(signIns, now)).toBe(found)
  })

  it('takes whatever lies in storage', () => {
    fc.assert(
      fc.property(fc.anything(), fc.integer(), (signIns, at) => {
        expect(['none', 'over', 'under-way']).toContain(judgeOthers(signIns, at))
      }),
    )
  })
})
