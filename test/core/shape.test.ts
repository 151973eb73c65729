import { describe, expect, it } from 'vitest'
import { fits, isString, parseJsonObject } from '../../src/core/shape.ts'

describe('parseJsonObject', () => {
  it('takes objects only', () => {
    expect(parseJsonObject('{"a":1}')).toEqual({ a: 1 })
    for (const text of ['', 'null', '[]', '"a"', '1', '{', '<html>']) {
      expect(parseJsonObject(text)).toBeUndefined()
    }
  })
})

describe('fits', () => {
  const hasFitting = (value: unknown): boolean => fits(value, { a: isString }, { b: isString })

  it('wants every required member, and of the optional ones those that are there', () => {
    for (const value of [{ a: '' }, { a: 'x', b: 'y' }, { a: 'x', b: undefined, c: 7 }]) {
      expect(hasFitting(value)).toBe(true)
    }
    for (const value of [undefined, null, 'a', {}, [], { b: 'y' }, { a: 7 }, { a: 'x', b: null }]) {
      expect(hasFitting(value)).toBe(false)
    }
  })
})
