import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from 'puppeteer-core'
import type { CourierOptions } from '../../../src/courier/index.ts'
import { launchPuppeteer, type Driver } from '../drivers.ts'
import { allAre, signedInPages } from '../faults/rotations.ts'
import { eventually, inPage, startPuppeteerStage, stateOf, type Stage } from '../harness.ts'
import { comeBack, leave } from '../leave-and-come-back.ts'
import { serviceWorkerIn } from './cut-renewals.ts'
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

describe.each(kinds)('a signed-in page of Chromium with %s for a courier', (_, courier) => {
  let stage: Stage<Page>

  beforeAll(async () => {
    stage = await startPuppeteerStage({ courier, managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  async function twoPages(): Promise<readonly [Page, Page, ...Page[]]> {
    const pages = await signedInPages(stage, 2)
    if (courier.serviceWorker !== undefined) await serviceWorkerIn(pages[0])
    return pages
  }

  const refresh = (page: Page): Promise<void> =>
    inPage(page, () => window.app.auth.refresh(), undefined)

  test('that has renewed comes out of the back/forward cache, and renews again', async () => {
    const [page] = await twoPages()
    await refresh(page)
    await leave(page)
    expect(await comeBack(page)).toBe(true)
    await refresh(page)
    expect(await stateOf(page)).toMatchObject({ generation: 3 })
    expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 2, replays: 0 })
  })

  test('that goes in the middle of its renewal has the reply when it comes back', async () => {
    const [page, other] = await twoPages()
    stage.authorizationServer.setFault({ when: 'after', kind: 'delay', ms: 800, times: 1 })
    await inPage(page, () => void window.app.auth.refresh().catch(() => {}), undefined)
    await eventually(
      'the grant',
      async () => stage.authorizationServer.counters().refreshGrants === 1,
    )
    await leave(page)
    // It is the other page that collects it.
    await refresh(other)
    await comeBack(page)
    await allAre('signed-in', [page, other])
    await eventually('the reply', async () => {
      const state = await stateOf(page)
      return state.status === 'signed-in' && state.generation === 2
    })
    expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
  })
})
