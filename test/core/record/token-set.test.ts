import { describe, expect, it } from 'vitest'
import {
  hasOwnScope,
  isAccessToken,
  isMintedFor,
  judgeToken,
  leewayOf,
  mintedForBy,
  remainingMs,
  scopeOf,
  toTokenParameters,
  tokenKey,
  type TokenSet,
} from '../../../src/core/record/token-set.ts'

const receivedAt = 1_000_000
const need = { leewayMs: 60_000 }

function tokenOf(lifeMs: number | undefined, more: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: 'a',
    tokenType: 'Bearer',
    generation: 1,
    receivedAt,
    ...(lifeMs === undefined ? {} : { expiresAt: receivedAt + lifeMs }),
    ...more,
  }
}

describe('tokenKey', () => {
  it('takes scope as a set: order and repetition carry no meaning', () => {
    expect(tokenKey({ scope: 'b a a' })).toBe(tokenKey({ scope: 'a b' }))
  })

  it('tells scope, resource and audience apart', () => {
    const keys = [{}, { scope: 'x' }, { resource: 'x' }, { audience: 'x' }].map(tokenKey)
    expect(new Set(keys).size).toBe(4)
  })

  it('is that of the session itself where nothing is asked for, and never another', () => {
    expect(tokenKey({})).toBe('default')
    for (const one of [{ scope: '' }, { resource: '' }, { audience: '' }]) {
      expect(tokenKey(one)).not.toBe('default')
    }
  })

  it('says with which scope the token set was asked for, if it was with one', () => {
    for (const parameters of [{ scope: 'b a' }, { scope: 'b a', audience: 'x' }]) {
      expect(hasOwnScope(tokenKey(parameters))).toBe(true)
      expect(scopeOf(tokenKey(parameters))).toBe('a b')
    }
    for (const parameters of [{}, { audience: 'x' }, { resource: '[["x"]' }]) {
      expect(hasOwnScope(tokenKey(parameters))).toBe(false)
      expect(scopeOf(tokenKey(parameters))).toBe(undefined)
    }
  })

  it('is made of scope, resource and audience, and nothing else of what was asked for', () => {
    const wish = { scope: 'a', resource: 'r', audience: 'x' }
    expect(toTokenParameters({ ...wish, minValidityMs: 1 })).toEqual(wish)
  })
})

describe('isAccessToken', () => {
  it.each([
    ['a', true],
    [' ~', true],
    ['', false],
    ['a\n', false],
    ['ä', false],
    ['a\u007f', false],
  ])('%j: %j', (text, is) => {
    expect(isAccessToken(text)).toBe(is)
  })
})

describe('remainingMs', () => {
  it('counts from receipt and never exceeds the whole life, however far the clock is set back', () => {
    expect(remainingMs(tokenOf(300_000), receivedAt + 100_000)).toBe(200_000)
    expect(remainingMs(tokenOf(300_000), receivedAt - 10_800_000)).toBe(300_000)
  })

  it('is endless for a token without a lifetime', () => {
    expect(remainingMs(tokenOf(undefined), receivedAt + 1e12)).toBe(Infinity)
  })
})

describe('leewayOf', () => {
  it('is never more than a tenth of the life', () => {
    expect(leewayOf(tokenOf(30_000), 60_000)).toBe(3_000)
    expect(leewayOf(tokenOf(86_400_000), 60_000)).toBe(60_000)
  })

  it('is all of it where the token names no end, so that such a token is fresh for good', () => {
    expect(leewayOf(tokenOf(undefined), 60_000)).toBe(60_000)
    expect(judgeToken(tokenOf(undefined), Infinity, receivedAt + 86_400_000, need)).toBe('fresh')
  })
})

describe('judgeToken', () => {
  const day = tokenOf(86_400_000)
  const later = receivedAt + 100_000

  it.each([
    ['outside the leeway', 60_001, {}, 'fresh'],
    ['at the leeway', 60_000, {}, 'ageing'],
    [
      'outside the leeway and just as long as the caller needs',
      90_000,
      { minValidityMs: 90_000 },
      'fresh',
    ],
    ['with a millisecond left, which is enough', 1, { minValidityMs: 0 }, 'ageing'],
    ['run out, where no time is enough', 0, { minValidityMs: 0 }, 'spent'],
    ['inside the leeway with ten seconds left', 10_000, {}, 'ageing'],
    ['with less than ten seconds left', 9_999, {}, 'spent'],
    ['run out', 0, {}, 'spent'],
    [
      'outside the leeway, but shorter than the caller needs',
      90_000,
      { minValidityMs: 100_000 },
      'spent',
    ],
    [
      'inside the leeway and as long as the caller needs',
      5_000,
      { minValidityMs: 5_000 },
      'ageing',
    ],
  ] as const)('%s', (_name, leftMs, more, verdict) => {
    expect(judgeToken(day, leftMs, later, { ...need, ...more })).toBe(verdict)
  })

  it('counts a token that has just come as good enough, however short its life', () => {
    expect(judgeToken(tokenOf(0), 0, receivedAt, need)).toBe('fresh')
    expect(judgeToken(tokenOf(0), 0, receivedAt + 4_999, need)).toBe('fresh')
    expect(judgeToken(tokenOf(0), -5_000, receivedAt + 5_000, need)).toBe('spent')
  })

  it('does not take a token from the future for one that has just come', () => {
    expect(judgeToken(tokenOf(1_000), 0, receivedAt - 1, need)).toBe('spent')
  })
})

describe('isMintedFor', () => {
  const token = tokenOf(60_000, { mintedFor: [{ resourceServer: 'api', at: receivedAt }] })

  it('holds for thirty seconds and for that resource server only', () => {
    expect(isMintedFor(token, 'api', receivedAt + 29_999)).toBe(true)
    expect(isMintedFor(token, 'api', receivedAt + 30_000)).toBe(false)
    expect(isMintedFor(token, 'other', receivedAt)).toBe(false)
    expect(isMintedFor(token, 'api', receivedAt)).toBe(true)
    expect(isMintedFor(token, 'api', receivedAt - 1)).toBe(false)
    expect(isMintedFor(tokenOf(60_000), 'api', receivedAt)).toBe(false)
  })
})

describe('mintedForBy', () => {
  const one = { resourceServer: 'one', at: receivedAt }
  const token = tokenOf(60_000, { mintedFor: [one] })
  const at = receivedAt + 1_000

  it('carries what still counts on to a successor that no 401 has led to', () => {
    expect(mintedForBy(token, undefined, at)).toEqual([one])
    expect(mintedForBy(token, undefined, receivedAt + 30_000)).toEqual([])
  })

  it('adds the resource server whose 401 has led to it, once', () => {
    expect(mintedForBy(token, 'other', at)).toEqual([one, { resourceServer: 'other', at }])
    expect(mintedForBy(token, 'one', at)).toEqual([{ resourceServer: 'one', at }])
  })
})
