import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  arrivedOrders,
  orderOnReturn,
  ordersOnReturn,
  showing,
  takeOver,
} from '../faults/calls-on-return.ts'
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
    const orders = await ordersOnReturn(page)
    const refused = { madeBy: 'ada', end: 'SessionChangedError SESSION_CHANGED' }
    expect(orders.slice(0, 2)).toEqual([refused, refused])
    expect(orders).toHaveLength(3)
    // By then the page may have found out who is there.
    const isOfGrace = orders[2]?.madeBy === 'grace'
    expect(orders[2]).toEqual(isOfGrace ? { madeBy: 'grace', end: '201' } : refused)
    expect(arrivedOrders(stage)).toEqual(isOfGrace ? [{ madeBy: 'grace', sub: 'grace' }] : [])
    await showing(page, 'grace')
    expect(await stage.storm([page], 1)).toMatchObject({ outcomes: { 200: 1 } })
  })
})
