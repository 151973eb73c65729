import * as fc from 'fast-check'

/** Values that a structured clone keeps whole. */
export const cloneable: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('leaf'), tie('branch')),
  leaf: fc.oneof(
    fc.constantFrom(undefined, null, true, '', 'text', 0, -0, NaN, Infinity, 1.5, 2n ** 70n, /a/gi),
    fc.date(),
    fc.uint8Array({ maxLength: 5 }),
    fc.float64Array({ maxLength: 3 }),
    fc.uint8Array({ maxLength: 3 }).map(({ buffer }) => new DataView(buffer)),
  ),
  branch: fc.oneof(
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'put', 'remove', 'then'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((all) => new Map(all)),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => new Set(all)),
  ),
})).value

/** What a getter throws while its object is cloned. */
export const thrownByGetter: Error = new RangeError('getter')

/** Values that no store can keep, wherever in the value the reason lies. */
export const uncloneable: fc.Arbitrary<unknown> = fc
  .constantFrom<unknown>(
    () => {},
    Symbol('a'),
    new WeakMap(),
    Promise.resolve(),
    Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw thrownByGetter
      },
    }),
  )
  .chain((value) =>
    fc.constantFrom(value, { a: value }, [1, value], new Map([['a', new Set([value])]])),
  )
