import { describe, expect, it } from 'vitest'
import { lacking, mayBeNarrowed } from '../../../src/core/record/granted-scope.ts'
import type { Session } from '../../../src/core/record/session-record.ts'
import { tokenKey, type TokenSet } from '../../../src/core/record/token-set.ts'

describe('what a grant lacks', () => {
  it('is each word that was not granted, and nothing where one side said nothing', () => {
    expect(lacking('a b', 'c b a d')).toEqual(['c', 'd'])
    expect(lacking('', 'a')).toEqual(['a'])
    expect(lacking(undefined, 'a')).toEqual([])
    expect(lacking('a', undefined)).toEqual([])
  })
})

describe('a grant', () => {
  const token = (generation: number, scope?: string): TokenSet => ({
    accessToken: 'a',
    tokenType: 'Bearer',
    generation,
    receivedAt: 0,
    ...(scope !== undefined && { scope }),
  })
  const narrow = tokenKey({ scope: 'a' })
  const session = (tokens: Session['tokens'], more: Partial<Session> = {}): Session => ({
    startedAt: 0,
    scope: 'a b',
    tokens,
    ...more,
  })

  it.each<[string, Session, boolean]>([
    ['has come', session({ [narrow]: token(1, 'a') }), true],
    [
      'has come since the default one',
      session({ default: token(1), [narrow]: token(2, 'a') }),
      true,
    ],
    ['came before the default one', session({ default: token(2), [narrow]: token(1, 'a') }), false],
    ['came with the default one', session({ default: token(1), [narrow]: token(1, 'a') }), false],
    ['lacks nothing', session({ [narrow]: token(1, 'a b') }), false],
    ['says nothing of what it lacks', session({ [narrow]: token(1) }), false],
    ['is for another audience', session({ [tokenKey({ audience: 'x' })]: token(1, 'a') }), false],
    ['is one of many', session({ [narrow]: token(1, 'a') }, { keepsScope: true }), false],
  ])('may be narrowed where a token set of a scope of its own %s: %#', (_, given, may) => {
    expect(mayBeNarrowed(given, 'a b')).toBe(may)
  })

  it('is not known to be narrowed where nobody knows its scope', () => {
    const { scope: _, ...unknown } = session({ [narrow]: token(1, 'a') })
    expect(mayBeNarrowed(unknown, 'a b')).toBe(false)
  })
})
