import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLetterMessage, toLetterMessage } from '../../src/courier/letter-message.ts'
import { letterMessage } from './letter-message.ts'

describe('the message by which a page hands a letter over', () => {
  it('is understood as it was written', () => {
    const {
      tokenring: _,
      v: __,
      leftMs,
      database,
      objectStore,
      key,
      channel,
      ...letter
    } = letterMessage({ dpop: 'proof' })
    const place = { database, objectStore, key, channel }
    const message = toLetterMessage(letter, place, letter.notAfter - leftMs)
    expect(message).toEqual(letterMessage({ dpop: 'proof', aheadMs: 0 }))
    expect(parseLetterMessage(structuredClone(message))).toEqual(message)
  })

  it('says by how much the clock of its page is ahead', () => {
    const { notAfter, leftMs } = letterMessage()
    const now = notAfter - leftMs
    const message = toLetterMessage(letterMessage(), letterMessage(), now, now - 60_000)
    expect(message).toMatchObject({ leftMs, notAfter, aheadMs: 60_000 })
  })

  it('may have members that this version does not know', () => {
    const message = { ...letterMessage(), ofALaterVersion: 1 }
    expect(parseLetterMessage(message)).toEqual(message)
  })

  it.each([
    ['another version', { v: 2 }],
    ['no version', { v: undefined }],
    ['a moment that is no number', { notAfter: NaN }],
    ['a proof that is no text', { dpop: 5 }],
    ['another clock that is no number', { aheadMs: '5' }],
  ])('is unknown with %s', (_, members) => {
    expect(parseLetterMessage({ ...letterMessage(), ...members })).toBe('unknown')
  })

  it('is unknown without any one of its members', () => {
    const { tokenring: _, ...members } = letterMessage()
    for (const name of Object.keys(members)) {
      expect(parseLetterMessage({ ...letterMessage(), [name]: undefined }), name).toBe('unknown')
    }
  })

  it('is told from whatever an app says to its own service worker', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (message) => {
        expect(parseLetterMessage(message)).toBeUndefined()
      }),
    )
  })

  it('is either whole or unknown, whatever stands in the place of its members', () => {
    const names = Object.keys(letterMessage({ dpop: '' })).filter((name) => name !== 'tokenring')
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names, 'aheadMs'), fc.anything(), {
          noNullPrototype: true,
        }),
        (members) => {
          const parsed = parseLetterMessage({ ...letterMessage(), ...members })
          if (parsed === 'unknown') return
          expect(parsed).toBeDefined()
          for (const [name, value] of Object.entries(parsed ?? {})) {
            const isNumber = ['notAfter', 'leftMs', 'timeoutMs', 'v', 'aheadMs'].includes(name)
            if (value !== undefined) expect(typeof value).toBe(isNumber ? 'number' : 'string')
          }
        },
      ),
    )
  })
})
