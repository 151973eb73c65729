import { expect } from 'vitest'
import { walk, type Walk } from './walk.ts'

/** For a walk on a machine with other work. */
export const enoughTimeMs = 300_000

/** @param sample So many schedules, by chance; otherwise all. */
export async function expectKept(what: Walk, sample?: number): Promise<void> {
  const { schedules, spared, broken, trace, isComplete } = await walk(
    what,
    sample === undefined ? {} : { sample },
  )
  if (broken) expect.fail([`${broken.promise}: ${broken.words}`, ...trace].join('\n'))
  expect(isComplete).toBe(sample === undefined)
  process.stdout.write(`${schedules} schedules (${spared} more that come to the same)\n`)
}
