import { expect } from 'vitest'
import { walk, type Walk, type Walked } from './walk.ts'

/** For a walk on a machine with other work. */
export const enoughTimeMs = 300_000

export async function expectKeptInEveryOrder(what: Walk): Promise<void> {
  const walked = await walk(what)
  expectKept(walked)
  expect(walked.isComplete).toBe(true)
  process.stdout.write(
    `${walked.schedules} schedules (${walked.spared} more that come to the same)\n`,
  )
}

/** @param count So many orders, by chance. */
export async function expectKeptByChance(what: Walk, count: number): Promise<void> {
  for (let seed = 1; seed <= count; seed += 1) expectKept(await walk(what, { seed }), seed)
  process.stdout.write(`${count} schedules, by chance\n`)
}

function expectKept({ broken, trace }: Walked, seed?: number): void {
  if (!broken) return
  const where = seed === undefined ? [] : [`seed ${seed}`]
  expect.fail([`${broken.promise}: ${broken.words}`, ...where, ...trace].join('\n'))
}
