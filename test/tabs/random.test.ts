import { describe, expect, it } from 'vitest'
import { play } from './play.ts'
import { courierScriptOf, loudScriptOf, scriptOf } from './script.ts'
import { describeTally, explainSeed, playSeeds } from './seeds.ts'

const count = Number(process.env['SCHEDULES'] ?? 3_000)

/** Each has shown something that was mended; those that the count above does not reach. */
const instructive = [
  1_795_270_724_124, 1_795_269_957_672, 1_795_270_018_847, 8_768, 11_053, 17_210, 27_608, 30_635,
  1_795_260_257_425, 1_795_260_637_435, 1_795_261_035_060, 1_795_261_281_706, 1_795_261_529_981,
  1_795_261_772_736, 1_795_262_822_862, 1_795_263_026_277, 1_795_263_289_206, 1_795_263_767_079,
  1_795_264_328_237,
]
const instructiveSinceSilence = [
  1_795_725_969_448, 1_795_729_303_102, 3_000_001_453, 7_000_004_563, 7_100_000_089, 7_100_000_317,
  8_100_004_190, 7_200_020_830, 9_600_066_014, 9_700_035_630, 22_000_009_720, 21_000_028_563,
  24_000_013_037, 23_000_048_033, 26_000_014_270, 42_000_007_180, 43_000_005_381, 41_000_082_370,
  52_000_009_643, 54_000_005_781, 53_000_046_207, 55_000_041_045, 62_000_026_244,
]
const scripts = [
  ...instructive.map((seed) => [seed, loudScriptOf(seed)] as const),
  ...instructiveSinceSilence.map((seed) => [seed, scriptOf(seed)] as const),
  ...instructiveSinceSilence
    .filter((seed) => seed % 2 === 1)
    .map((seed) => [seed, courierScriptOf(seed)] as const),
]

describe('two to five tabs with anything happening to them', () => {
  it(`keep every promise in ${count} schedules`, { timeout: 100 * count + 60_000 }, async () => {
    const tally = await playSeeds(1, (schedules) => schedules === count)
    if (tally.failing !== undefined) expect.fail(await explainSeed(tally.failing))
    process.stdout.write(`${describeTally(tally)}\n`)
    expect(tally.schedules).toBe(count)
    // Schedules in which nothing is renewed would show nothing.
    expect(tally.grants).toBeGreaterThan(count)
  })

  it.each(scripts)(
    'keep every promise in schedule %i',
    { timeout: 60_000 },
    async (seed, script) => {
      const { broken } = await play(script)
      if (broken) expect.fail(await explainSeed(seed, undefined, script))
    },
  )
})
