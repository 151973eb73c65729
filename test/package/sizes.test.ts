import { expect, it } from 'vitest'
import { entrySizes } from '../bench/entry-sizes.ts'

it('no entry is larger than its budget', async () => {
  const sizes = await entrySizes()
  for (const { what, brotli, budget } of sizes) {
    process.stdout.write(`${what}: ${(brotli / 1_000).toFixed(1)} of ${budget / 1_000} kB\n`)
  }
  expect(sizes.filter(({ brotli, budget }) => brotli > budget)).toEqual([])
})
