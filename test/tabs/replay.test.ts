import { describe, expect, it } from 'vitest'
import { play } from './play.ts'
import { courierScriptOf, scriptOf } from './script.ts'
import { explainSeed } from './seeds.ts'

const seed = Number(process.env['SCHEDULE_SEED'] ?? 1)

describe.each([
  ['without', scriptOf(seed)],
  ['with', courierScriptOf(seed)],
])(`seed ${seed}, %s a courier`, (_, script) => {
  it('keeps every promise', { timeout: 120_000 }, async () => {
    const { broken } = await play(script)
    if (broken) expect.fail(await explainSeed(seed, undefined, script))
  })

  it('plays the same way each time', async () => {
    const first = await play(script)
    const second = await play(script)
    expect(second.trace).toEqual(first.trace)
    expect(first.trace.length).toBeGreaterThan(50)
  })
})
