import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import type { CourierOptions } from '../../../src/courier/index.ts'
import { launchPuppeteer, type Driver } from '../drivers.ts'
import { eventually, inPage } from '../harness.ts'
import { comeBack, leave } from '../leave-and-come-back.ts'
import { startCourierStage, type CourierStage } from './courier-stage.ts'

const kinds: readonly [string, CourierOptions][] = [
  ['a SharedWorker', {}],
  ['a service worker', { serviceWorker: '/tokenring-courier.js' }],
]

describe.each(kinds)('a page of Chromium with %s for a courier', (_, options) => {
  let stage: CourierStage
  let driver: Driver<Page>

  beforeAll(async () => {
    stage = await startCourierStage(500)
    driver = await launchPuppeteer()
  })
  beforeEach(async () => {
    stage.reset()
    await driver.newProfile()
  })
  afterAll(async () => {
    await driver?.close()
    await stage?.close()
  })

  async function open(): Promise<Page> {
    const page = await driver.newPage()
    await page.goto(stage.pageOrigin)
    await eventually('the page', () => inPage(page, () => 'post' in window, undefined))
    await inPage(page, (given) => window.post.start(given), options)
    await eventually('a courier', () => inPage(page, () => window.post.isAvailable(), undefined))
    return page
  }

  const isAnsweredIn = (page: Page): Promise<true> =>
    eventually('an answer', () =>
      inPage(
        page,
        async () => (await window.post.record())?.letters[0]?.state === 'answered',
        undefined,
      ),
    )

  test('comes out of the back/forward cache', async () => {
    const page = await open()
    await leave(page)
    expect(await comeBack(page)).toBe(true)
  })

  test('does so though its letter is answered meanwhile, and can hand over the next', async () => {
    const page = await open()
    const send = (): Promise<void> =>
      inPage(page, (url) => window.post.send('a', url), stage.tokenUrl)
    await send()
    await eventually('the request', async () => stage.requests().length > 0)
    await leave(page)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await comeBack(page)).toBe(true)
    await isAnsweredIn(page)
    await send()
    await isAnsweredIn(page)
    expect(stage.requests()).toHaveLength(2)
  })
})
