import { describe, expect, it } from 'vitest'
import { applied, mutantsOf } from './mutants-of.ts'
import { noting, stretchOf } from './reach.ts'
import { sample } from './sample.ts'

/** Everything that is made of a piece of code. */
function madeOf(code: string): string[] {
  return mutantsOf('a.ts', code).map((mutant) => applied(mutant, code))
}

describe('mutants', () => {
  it.each<[string, string, string[]]>([
    ['a comparison', 'f(a < b)', ['(a <= b)', '(a >= b)'].map((other) => `f(${other})`)],
    ['an equality', 'x = a === b', ['x = (a !== b)']],
    ['a conjunction', 'x = a && b || c', ['x = (a && b && c)', 'x = (a || b) || c']],
    ['a default', 'x = a ?? b', ['x = a', 'x = b']],
    ['a negation', 'x = !a', ['x = a']],
    [
      'a number, a truth and a word',
      "x = [1, true, 'a']",
      ["[2, true, 'a']", "[1, false, 'a']", "[1, true, '']"].map((other) => `x = ${other}`),
    ],
    ['prose', "x = 'two words'", []],
    ['a key', "x = { 'a': b }", []],
  ])('of %s', (_, code, expected) => {
    const [dropped, ...others] = madeOf(code)
    expect([dropped, others]).toEqual([';', expected])
  })

  it('negate conditions, drop what is called, and return nothing', () => {
    expect(madeOf('function f() { if (a) b(); return c }')).toEqual([
      'function f() { if (!(a)) b(); return c }',
      'function f() { if (a) ; return c }',
      'function f() { if (a) b(); return undefined; }',
    ])
    expect(madeOf('export const f = () => g(a)')).toEqual(['export const f = () => undefined'])
  })

  it('leave types and what is imported alone', () => {
    expect(madeOf("import { a } from './a.ts'\nexport type A = 'a' | 1\n")).toEqual([])
    expect(madeOf("const a: 'a' | 1 = b as 'a'\n")).toEqual([])
  })

  it('name their place', () => {
    expect(mutantsOf('a.ts', 'const a =\n  b === c')).toEqual([
      { file: 'a.ts', line: 2, start: 12, end: 19, text: '(b !== c)', original: 'b === c' },
    ])
  })
})

describe('what a test reaches', () => {
  it('is noted at the head of every stretch, and is found again for a mutant', () => {
    const code = 'const f = () => ({ a: b === c })\nfunction g() { if (a) { b() } }'
    const reached = new Set<string>()
    // oxlint-disable-next-line typescript/no-implied-eval -- code that is nowhere but here
    const run = new Function('a', 'b', 'c', 'globalThis', `${noting('a.ts', code)}; f(); g()`)
    run(false, () => {}, 1, { reached })
    const isReached = mutantsOf('a.ts', code).map((mutant) => {
      const stretch = stretchOf(mutant, code)
      return [mutant.original, stretch !== undefined && reached.has(stretch)]
    })
    expect(isReached).toEqual([
      ['({ a: b === c })', true],
      ['b === c', true],
      ['a', true],
      ['b()', false],
    ])
  })
})

describe('a sample', () => {
  it('is the same for the same seed, another for another, and never holds a thing twice', () => {
    const all = Array.from({ length: 50 }, (_, index) => index)
    expect(sample(all, 10, 7)).toEqual(sample(all, 10, 7))
    expect(sample(all, 10, 8)).not.toEqual(sample(all, 10, 7))
    expect(new Set(sample(all, 99, 7)).size).toBe(50)
  })
})
