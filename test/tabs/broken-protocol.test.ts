import { describe, expect, it } from 'vitest'
import type { Break } from './broken/break.ts'
import { breaks, harmless } from './broken/breaks.ts'
import { loadBroken } from './broken/load-broken.ts'
import { play } from './play.ts'
import type { PromiseName } from './promises/moment.ts'
import { courierScriptOf, scriptOf } from './script.ts'
import { playSeeds } from './seeds.ts'
import type { Build } from './stage.ts'
import { walk } from './walk.ts'

/** Nothing here needs more schedules than that to be found out. */
const enough = 3_000
const timeout = 300_000

/** After how many schedules a promise was broken; nothing, if it was not. */
async function schedulesUntil(
  promise: PromiseName,
  { walk: what, seed: known, courier }: Pick<Break, 'walk' | 'seed' | 'courier'>,
  build: Build,
): Promise<number | undefined> {
  if (what?.faults) {
    for (let seed = 1; seed <= enough; seed += 1) {
      const { broken } = await walk(what, { build, seed })
      if (broken?.promise === promise) return seed
    }
    return undefined
  }
  if (what) {
    const { broken, schedules } = await walk(what, { build, limit: enough })
    return broken?.promise === promise ? schedules : undefined
  }
  const isFoundBy = async (seed: number): Promise<boolean> =>
    (await play((courier ? courierScriptOf : scriptOf)(seed), build)).broken?.promise === promise
  if (known !== undefined && (await isFoundBy(known))) return 1
  for (let seed = 1; seed <= enough; seed += 1) if (await isFoundBy(seed)) return seed
  return undefined
}

describe('the schedules find out', () => {
  it.each(Object.entries(breaks))(
    '%s',
    { timeout },
    async (name, { changes, promise, ...where }) => {
      const schedules = await schedulesUntil(promise, where, await loadBroken(changes))
      expect(schedules, `schedules until the promise "${promise}" is broken`).toBeTypeOf('number')
      process.stdout.write(`${name}: found out after ${schedules} schedules\n`)
    },
  )

  it('nothing in a protocol that reads once too little and compares', { timeout }, async () => {
    const tally = await playSeeds(1, (schedules) => schedules === 300, await loadBroken(harmless))
    expect(tally.failing).toBe(undefined)
  })
})

describe('a break', () => {
  it('that no longer fits the source is refused', async () => {
    const stale = { file: 'core/rotation/rotation.ts', find: 'not in the source', replace: '' }
    await expect(loadBroken([stale])).rejects.toThrow('does not hold exactly once')
  })
})
