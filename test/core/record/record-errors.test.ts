import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../../src/core/errors.ts'
import {
  dueAgain,
  toFailureError,
  toSessionEndedError,
} from '../../../src/core/record/record-errors.ts'
import type { Failure } from '../../../src/core/record/session-record.ts'

const failure: Failure = { kind: 'transient', code: 'NETWORK', attempt: 1, failedAt: 1, until: 9 }

describe('the error for a failure in the record', () => {
  it.each([
    ['NETWORK', 'unknown'],
    ['TIMEOUT', 'unknown'],
    ['SERVER_UNAVAILABLE', 'answered'],
    ['RATE_LIMITED', 'answered'],
  ])('says of %s that what came of it is %s', (code, outcome) => {
    const error = toFailureError({ ...failure, code })
    expect(error).toMatchObject({ name: 'RefreshUnavailableError', code, outcome, retryAt: 9 })
    expect(error.message).toContain(code)
  })

  it.each([
    ['cors', 'CORS'],
    ['clock', 'clock'],
  ] as const)('says what to look at: %s', (hint, word) => {
    for (const other of ['CORS', 'clock']) {
      const isSaid = other === word
      expect(toFailureError({ ...failure, hint }).message.includes(other)).toBe(isSaid)
    }
    expect(toFailureError(failure).message).not.toMatch(/CORS|clock|undefined/)
  })

  it('is the word of the server, where there is one', () => {
    const oauth = { error: 'tenant_suspended' }
    expect(toFailureError({ ...failure, code: 'REFUSED', oauth }).message).toContain(oauth.error)
    expect(toFailureError({ ...failure, oauth })).toMatchObject({ oauth })
  })

  it('is a ConfigurationError where renewal is halted', () => {
    const oauth = { error: 'invalid_client' }
    const error = toFailureError({
      ...failure,
      kind: 'configuration',
      code: 'CLIENT_REJECTED',
      oauth,
    })
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'CLIENT_REJECTED', oauth })
    expect(error.message).toContain('invalid_client')
  })
})

it('an attempt is told with all that is known of it, and when the next one is due', () => {
  const cause = new Error('x')
  const known = { outcome: 'unknown', oauth: { error: 'x' }, cause } as const
  const told = dueAgain(new RefreshUnavailableError('NETWORK', 'No answer.', known), failure)
  expect(told).toMatchObject({ code: 'NETWORK', message: 'No answer.', ...known, retryAt: 9 })
})

describe('the error for a record without a session', () => {
  it.each([
    [undefined, 'NEVER'],
    ['signed-out', 'SIGNED_OUT'],
    ['rotation-lost', 'ROTATION_LOST'],
    ['idle', 'IDLE'],
  ] as const)('that has ended as %s is %s', (endedBy, code) => {
    const endedWith = { error: 'invalid_grant' }
    const error = toSessionEndedError({ ...(endedBy && { endedBy, endedWith }) })
    expect(error.code).toBe(code)
    expect(error.oauth).toEqual(endedBy && endedWith)
  })
})
