import { expect, it } from 'vitest'
import { createRandom } from '../../src/adapters/random.ts'

it('gives every tab a name of its own', () => {
  const random = createRandom()
  const names = Array.from({ length: 100 }, () => random.id())
  expect(new Set(names).size).toBe(100)
})

it('gives fractions that are at least 0, less than 1, and not all the same', () => {
  const random = createRandom()
  const fractions = Array.from({ length: 100 }, () => random.fraction())
  expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true)
  expect(new Set(fractions).size).toBeGreaterThan(1)
})
