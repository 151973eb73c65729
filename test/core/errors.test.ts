import { describe, expect, it } from 'vitest'
import {
  ConfigurationError,
  findTokenError,
  isTokenError,
  RefreshUnavailableError,
  SessionEndedError,
  StorageError,
} from '../../src/core/errors.ts'

describe('an error', () => {
  it('has the lower error as its cause, and no such member where there is none', () => {
    const cause = new Error('quota')
    expect(new StorageError('STORE_WRITE', 'refused', { cause }).cause).toBe(cause)
    expect(new StorageError('STORE_WRITE', 'refused')).not.toHaveProperty('cause')
  })

  it('has the server’s words, and no such member where it said none', () => {
    const oauth = { error: 'invalid_client' }
    expect(new ConfigurationError('CLIENT_REJECTED', 'no', { oauth }).oauth).toBe(oauth)
    expect(new ConfigurationError('CLIENT_REJECTED', 'no').oauth).toBeUndefined()
  })

  it('is told by its name and its code', () => {
    const error = new RefreshUnavailableError('NETWORK', 'down', { outcome: 'unknown' })
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.code, error.outcome]).toEqual([
      'RefreshUnavailableError',
      'NETWORK',
      'unknown',
    ])
  })
})

describe('isTokenError', () => {
  it('knows an error of another copy of the library', () => {
    const error = new StorageError('STORE_READ', 'silent')
    const foreign = Object.defineProperties({}, Object.getOwnPropertyDescriptors(error))
    expect(isTokenError(foreign)).toBe(true)
  })

  it.each([
    [null],
    [undefined],
    ['StorageError'],
    [7],
    [new Error('other')],
    [{ code: 'NETWORK' }],
  ])('says no to %s', (value) => {
    expect(isTokenError(value)).toBe(false)
  })

  it('says no to what only inherits from an error', () => {
    const error = new StorageError('STORE_READ', 'silent')
    expect(isTokenError(Object.create(error))).toBe(false)
  })
})

describe('findTokenError', () => {
  const ended = new SessionEndedError('REJECTED', 'over')
  const causedBy = (cause: unknown): Error => new Error('wrapped', { cause })

  it('finds the error itself, what caused it, and what caused that', () => {
    expect(findTokenError(ended)).toBe(ended)
    expect(findTokenError(causedBy(ended))).toBe(ended)
    expect(findTokenError(causedBy(causedBy(ended)))).toBe(ended)
    expect(findTokenError({ cause: ended })).toBe(ended)
  })

  it('finds the outermost of several', () => {
    const outer = new StorageError('STORE_READ', 'silent', { cause: ended })
    expect(findTokenError(causedBy(outer))).toBe(outer)
  })

  it('finds one among those of an AggregateError', () => {
    expect(findTokenError(new AggregateError([new Error('a'), causedBy(ended)]))).toBe(ended)
    const many = Array.from({ length: 1_000 }, () => new Error('other'))
    expect(findTokenError(new AggregateError([ended, ...many]))).toBe(ended)
  })

  it.each([[undefined], [null], ['SessionEndedError'], [7], [new Error('other')], [{ errors: 7 }]])(
    'says nothing of %s',
    (value) => {
      expect(findTokenError(value)).toBeUndefined()
    },
  )

  it('comes to an end with errors that cause themselves or each other', () => {
    const first = new Error('first')
    const second = causedBy(first)
    first.cause = second
    expect(findTokenError(first)).toBeUndefined()
    const own = new Error('own')
    own.cause = own
    expect(findTokenError(own)).toBeUndefined()
    const bottomless = (): object => ({
      get cause() {
        return bottomless()
      },
    })
    expect(findTokenError(bottomless())).toBeUndefined()
  })

  it('does not throw where a member cannot be read, and looks at the others', () => {
    const thorny = {
      get cause(): unknown {
        throw new Error('no')
      },
      errors: [ended],
    }
    expect(findTokenError(thorny)).toBe(ended)
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(findTokenError(proxy)).toBeUndefined()
    expect(findTokenError(causedBy(proxy))).toBeUndefined()
  })
})
