import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { findTokenError, isTokenError, SessionEndedError } from '../../src/core/errors.ts'

const runs = { numRuns: 1_000 }
const ended = new SessionEndedError('REJECTED', 'over')

/** Ways to put an error into another one. */
const wraps: Readonly<Record<string, (inner: unknown, beside: unknown) => unknown>> = {
  error: (inner) => new Error('wrapped', { cause: inner }),
  aggregate: (inner, beside) => new AggregateError([beside, inner]),
  plain: (inner, beside) => ({ cause: inner, errors: beside }),
  getter: (inner) => ({
    get cause() {
      return inner
    },
  }),
  thorny: (inner) => ({
    errors: [inner],
    get cause(): unknown {
      throw new Error('no')
    },
  }),
}

const ways = fc.array(fc.constantFrom(...Object.keys(wraps)), { maxLength: 12 })

it('an error of the library is found, however it was wrapped', () =>
  fc.assert(
    fc.property(ways, fc.anything({ maxDepth: 1 }), (names, beside) => {
      const wrapped = names.reduce<unknown>((inner, name) => wraps[name]?.(inner, beside), ended)
      expect(findTokenError(wrapped)).toBe(ended)
    }),
    runs,
  ))

it('whatever else is looked at, nothing is found and nothing thrown', () =>
  fc.assert(
    fc.property(
      ways,
      fc.anything({ withBigInt: true, withNullPrototype: true }),
      (names, value) => {
        const wrapped = names.reduce<unknown>((inner, name) => wraps[name]?.(inner, inner), value)
        expect(isTokenError(wrapped)).toBe(false)
        expect(findTokenError(wrapped)).toBeUndefined()
      },
    ),
    runs,
  ))
