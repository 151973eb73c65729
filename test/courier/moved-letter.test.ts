import { describe, expect, it } from 'vitest'
import { movedLetter } from '../../src/courier/moved-letter.ts'

const answer = { failure: 'network', receivedAt: 5 } as const
const opening = { from: 'posted', to: 'opened' } as const
const answering = { from: 'opened', to: 'answered', answer } as const

const record = {
  schema: 1,
  revision: 7,
  session: { refreshToken: 'rt' },
  letters: [
    { id: 'a', claim: 1, state: 'posted' },
    { id: 'b', claim: 2, state: 'opened', ofALaterVersion: true },
  ],
}

describe('what a courier makes of a record', () => {
  it('opens the letter it was given, moves the revision, and leaves everything else as it was', () => {
    expect(movedLetter(record, 'a', opening)).toEqual({
      ...record,
      revision: 8,
      letters: [{ id: 'a', claim: 1, state: 'opened' }, record.letters[1]],
    })
  })

  it('puts the answer into an open letter, with what it does not know of it', () => {
    expect(movedLetter(record, 'b', answering)).toEqual({
      ...record,
      revision: 8,
      letters: [
        record.letters[0],
        { id: 'b', claim: 2, state: 'answered', ofALaterVersion: true, answer },
      ],
    })
  })

  it.each([
    ['a letter that is gone', record, 'c', opening],
    ['a letter that somebody has opened before', record, 'b', opening],
    ['an answer to a letter that was not opened', record, 'a', answering],
    ['a record without letters', { ...record, letters: undefined }, 'a', opening],
    ['a record that counts no revisions', { ...record, revision: '7' }, 'a', opening],
    ['letters that are no list', { ...record, letters: { a: record.letters[0] } }, 'a', opening],
    ['letters of another kind', { ...record, letters: [null, 'a', 3] }, 'a', opening],
    ['no record', undefined, 'a', opening],
    ['what is no record', 'record', 'a', opening],
  ])('leaves alone %s', (_, stored, id, step) => {
    expect(movedLetter(stored, id, step)).toBeUndefined()
  })
})
