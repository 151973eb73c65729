import { expect, it } from 'vitest'
import { wasDecidedLater } from '../../../src/core/record/was-decided-later.ts'
import { blankRecord } from '../../../src/core/record/session-record.ts'

const at = (epoch: number, revision: number): object => ({ ...blankRecord, epoch, revision })

it.each<[string, unknown, unknown, boolean]>([
  ['of a later epoch', at(2, 1), at(1, 9), true],
  ['of an earlier epoch', at(1, 9), at(2, 1), false],
  ['of the same epoch, written later', at(1, 2), at(1, 1), true],
  ['of the same epoch, written earlier', at(1, 1), at(1, 2), false],
  ['that is the stored one', at(1, 1), at(1, 1), false],
  ['where nothing is stored', at(1, 1), undefined, true],
  ['where what is stored cannot be read', at(1, 1), 'corrupt', true],
  ['where a newer version has stored something', at(1, 1), { schema: 2 }, false],
  ['that is none', undefined, at(1, 1), false],
  ['that cannot be read', 'corrupt', undefined, false],
])('a record that a tab has kept to itself, %s', (_, kept, stored, expected) => {
  expect(wasDecidedLater(kept, stored)).toBe(expected)
})
