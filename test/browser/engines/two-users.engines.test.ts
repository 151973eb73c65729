import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { expectNothingSentForGrace, orderOnReturn, takeOver } from '../faults/calls-on-return.ts'
import { signedInPages } from '../faults/rotations.ts'
import type { Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

/** Playwright has switched Chromium's back/forward cache off; it is tested with the other driver. */
const engines = enginesInUse().filter((name) => name !== 'chromium')

describe.runIf(engines.length > 0).each(engines)('a page of one user, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  test('that comes out of the back/forward cache sends nothing for another one who has signed in meanwhile', async () => {
    const [page, other] = await signedInPages(stage, 2)
    await orderOnReturn(page, `${stage.apiOrigin}/orders`)
    await page.goto('about:blank')
    await takeOver(other, 'grace')
    await page.goBack()
    await expectNothingSentForGrace(stage, page)
  })
})
