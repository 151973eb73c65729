import { describe, expect, it } from 'vitest'
import { play } from './play.ts'
import { scriptOf } from './script.ts'
import { explainSeed } from './seeds.ts'

const seed = Number(process.env['SCHEDULE_SEED'] ?? 1)

describe(`seed ${seed}`, () => {
  it('keeps every promise', { timeout: 120_000 }, async () => {
    const { broken } = await play(scriptOf(seed))
    if (broken) expect.fail(await explainSeed(seed))
  })

  it('plays the same way each time', async () => {
    const first = await play(scriptOf(seed))
    const second = await play(scriptOf(seed))
    expect(second.trace).toEqual(first.trace)
    expect(first.trace.length).toBeGreaterThan(50)
  })
})
