import { describe, expect, it } from 'vitest'
import {
  ConfigurationError,
  isTokenError,
  RefreshUnavailableError,
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
