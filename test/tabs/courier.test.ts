import { describe, expect, it } from 'vitest'
import { createMail } from '../../src/core/rotation/mail.ts'
import { deliverLetter } from '../../src/courier/deliver-letter.ts'
import { untilFirst } from '../../src/core/until.ts'
import { createTokenManager } from '../../src/manager/token-manager.ts'
import { play } from './play.ts'
import { courierScriptOf } from './script.ts'
import { describeTally, explainSeed, playSeeds } from './seeds.ts'

const count = 1_000

/** Schedules that have shown a fault, each of another kind. */
const instructive = [18, 209, 9_796, 10_951]

type Deliver = typeof deliverLetter

/** What becomes of letters at a worker of another version than that of the tabs. */
const otherVersions: Readonly<Record<string, Deliver>> = {
  'says at once that it does not know them': async (_letter, _parts, say) => say('not-sent'),
  'opens none, and says nothing': async () => {},
  'delivers them without a word': (letter, parts) => deliverLetter(letter, parts, () => {}),
  'takes a second to begin': async (letter, parts, say) => {
    await untilFirst(parts.clock, 1_000)
    return deliverLetter(letter, parts, say)
  },
}
const countOfEach = 100

/** The tabs of the first version have one worker, those of the other one another. */
function twoWorkers(other: Deliver): Deliver {
  const isOfOther = (id: string): boolean => /^tab \d*[02468] /.test(id)
  return (letter, ...more) => (isOfOther(letter.id) ? other : deliverLetter)(letter, ...more)
}

describe('tabs with two workers of two versions', () => {
  it.each(Object.entries(otherVersions))(
    `keep every promise in ${countOfEach} schedules where one of them %s`,
    { timeout: 100 * countOfEach + 60_000 },
    async (_, other) => {
      const build = { createTokenManager, createMail, deliverLetter: twoWorkers(other) }
      const isEnough = (played: number): boolean => played === countOfEach
      const tally = await playSeeds(50_001, isEnough, build, courierScriptOf)
      const { failing } = tally
      if (failing !== undefined) {
        expect.fail(await explainSeed(failing, build, courierScriptOf(failing)))
      }
      expect(tally.grants).toBeGreaterThan(countOfEach)
    },
  )
})

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
