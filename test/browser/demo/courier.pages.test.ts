import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { allTabsShow, play, startDemo, turnCourierOn } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

let demo: DemoStage
let page: Page
let problems: string[]

beforeAll(async () => {
  demo = await startDemo()
  page = await demo.openSignedIn()
  problems = []
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedScript/i.test(message.text())) problems.push(message.text())
  })
  await page.getByLabel('Tabs call the API every 2 s').uncheck()
  await turnCourierOn(page)
})
afterAll(() => demo?.close())

const ada = '6 tabs signed in as Ada Lovelace'

// A second time as well: then time was made to pass, which the worker's clock knows nothing of.
for (const time of ['first', 'second']) {
  test(`with a courier a reload in the middle of a renewal costs nothing, the ${time} time`, async () => {
    expect(await play(page, 'reload-refreshing')).toBe(
      `The courier kept the reply: session kept. 6 × 200. ${ada}. 1 refresh grant, 0 replays.`,
    )
    await allTabsShow(page, /^Ada Lovelace$/)
  })
}

test.for([
  ['storm', '60 × 200. 1 refresh grant, 0 replays.'],
  ['offline', `Meanwhile 6 × NETWORK. Then 6 × 200. ${ada}. 1 refresh grant, 0 replays.`],
  [
    'kill-refreshing',
    `Tab 1 was closed; 5 × 200 in the others. ${ada}. 1 refresh grant, 0 replays.`,
  ],
  ['lost-reply', `6 × 200. ${ada}. 2 refresh grants, 1 replay.`],
] as const)('with a courier "%s" comes to the same', async ([id, outcome]) => {
  expect(await play(page, id)).toBe(outcome)
})

test('the switch is where it was after a reload, and the policies let the courier be', async () => {
  await page.reload()
  expect(await page.getByLabel('Courier').isChecked()).toBe(true)
  expect(problems).toEqual([])
})
