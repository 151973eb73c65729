import { describe, expect, it } from 'vitest'
import { isIdTokenClaims } from '../../src/core/id-token-claims.ts'

const claims = { iss: 'https://as.example', sub: 'user-1', aud: 'spa', exp: 2, iat: 1 }

/** A claim that is so many levels below the claims. */
function nested(levels: number): unknown {
  return levels === 0 ? 1 : { below: nested(levels - 1) }
}

describe('claims of an id_token', () => {
  it.each<[string, object]>([
    ['one audience', {}],
    ['several', { aud: ['spa', 'api'] }],
    ['thirty-two levels', { more: nested(31) }],
    ['ten thousand values on one level', { more: Array.from({ length: 10_000 }, () => 1) }],
  ])('may have %s', (_, more) => {
    expect(isIdTokenClaims({ ...claims, ...more })).toBe(true)
  })

  it.each<[string, object]>([
    ['an issuer without a name', { iss: '' }],
    ['a subject without a name', { sub: '' }],
    ['a subject that is a number', { sub: 7 }],
    ['no end', { exp: undefined }],
    ['an endless end', { exp: Infinity }],
    ['a time of issue that is text', { iat: '1' }],
    ['no audience', { aud: undefined }],
    ['an audience of numbers', { aud: ['spa', 7] }],
    ['a level more', { more: nested(32) }],
    ['a value more', { more: Array.from({ length: 10_001 }, () => 1) }],
    ['a number that JSON does not know', { more: [1n] }],
  ])('are none with %s', (_, more) => {
    expect(isIdTokenClaims({ ...claims, ...more })).toBe(false)
  })

  it.each([undefined, null, 7, 'text', []])('are not %j', (value) => {
    expect(isIdTokenClaims(value)).toBe(false)
  })
})
