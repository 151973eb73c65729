import { describe, expect, it } from 'vitest'
import { play } from './play.ts'
import { courierScriptOf } from './script.ts'
import { describeTally, explainSeed, playSeeds } from './seeds.ts'

const count = 1_000

/** Schedules that have shown a fault, each of another kind. */
const instructive = [18, 209, 9_796, 10_951]

describe('tabs with a courier and anything happening to them and to it', () => {
  it(`keep every promise in ${count} schedules`, { timeout: 100 * count + 60_000 }, async () => {
    const tally = await playSeeds(1, (played) => played === count, undefined, courierScriptOf)
    const { failing } = tally
    if (failing !== undefined) {
      expect.fail(await explainSeed(failing, undefined, courierScriptOf(failing)))
    }
    process.stdout.write(`with a courier: ${describeTally(tally)}\n`)
    expect(tally.schedules).toBe(count)
    // Schedules in which nothing is renewed would show nothing.
    expect(tally.grants).toBeGreaterThan(count)
  })

  it.each(instructive)('keep every promise in schedule %i', async (seed) => {
    const { broken } = await play(courierScriptOf(seed))
    if (broken) expect.fail(await explainSeed(seed, undefined, courierScriptOf(seed)))
  })
})
