import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { allTabsShow, lookInside, play, startDemo } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

let demo: DemoStage
let page: Page

beforeAll(async () => {
  demo = await startDemo()
})
beforeEach(async () => {
  page = await demo.openBare()
})
afterAll(() => demo?.close())

const button = (): ReturnType<Page['getByRole']> =>
  page.getByRole('button', { name: 'Refresh in 6 tabs at once' })

/** Presses the one button, as a stranger does who is signed in nowhere. */
async function press(): Promise<void> {
  await button().click()
  await page.locator('#by-hand').getByText('sessions lost: 1').waitFor({ timeout: 45_000 })
}

async function top(selector: string): Promise<number> {
  return page.locator(selector).evaluate((element) => element.getBoundingClientRect().top)
}

/** Elements whose text does not fit into them. */
function cut(): Promise<string[]> {
  return page.evaluate(() => {
    const documents = [
      document,
      ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument),
    ]
    return documents
      .flatMap((one) => [
        ...(one?.querySelectorAll<HTMLElement>('.tab, .tab *, .opening, .opening *') ?? []),
      ])
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .map((element) => element.outerHTML.slice(0, 120))
  })
}

test('one press shows who is thrown out and who is not', async () => {
  await press()
  await page.locator('#by-hand').getByText('Thrown out').waitFor()
  expect(await page.locator('#by-hand').textContent()).toMatch(
    /\d+ used refresh tokens? came back: to the server, that is a thief\. \d+ of 60 requests answered\./,
  )
  expect(await page.locator('#with-tokenring').textContent()).toMatch(
    /Signed insessions lost: 01 refresh for 6 tabs\. 60 of 60 requests answered\./,
  )
  await page
    .getByRole('status')
    .getByText('By hand: thrown out. tokenring: still signed in. Same server, same moment.')
    .waitFor()
})

test.for([1280, 390])('nothing moves by the press (%i px)', async (width) => {
  // High enough for all of it.
  await page.setViewportSize({ width, height: 1_200 })
  await button().waitFor()
  const before = await top('.inside-head')
  await press()
  expect(Math.abs((await top('.inside-head')) - before)).toBeLessThan(1)
})

test('it can be pressed again', async () => {
  await press()
  await button().click()
  await page.locator('#by-hand').getByText('Running…').waitFor()
  await page.locator('#with-tokenring').getByText('sessions lost: 0').waitFor({ timeout: 45_000 })
})

test('everything else is there after a look inside, and stays there after a reload', async () => {
  expect(await page.getByRole('button', { name: 'Sign in' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Storm' }).count()).toBe(0)
  await lookInside(page)
  await page.getByRole('button', { name: 'Storm' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Storm' }).waitFor()
  await page.getByRole('button', { name: 'Look inside' }).click()
  expect(await page.getByRole('button', { name: 'Storm' }).count()).toBe(0)
})

test('at 1280 px the tabs stand in full rows, and the timeline is above the fold', async () => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await press()
  const tops = await page
    .locator('.grid > li')
    .evaluateAll((items) => items.map((item) => Math.round(item.getBoundingClientRect().top)))
  expect(new Set(tops).size).toBe(1)
  expect(await top('.timeline-host')).toBeLessThan(700)
  expect(await cut()).toEqual([])

  await lookInside(page)
  const rows = await page
    .locator('.grid > li')
    .evaluateAll((items) => items.map((item) => Math.round(item.getBoundingClientRect().top)))
  expect(new Set(rows).size).toBe(2)
  expect(await top('.timeline-host')).toBeLessThan(800)
})

test.for([1280, 390])('no outcome of a request is cut (%i px)', async (width) => {
  await page.setViewportSize({ width, height: 800 })
  await press()
  await lookInside(page)
  await page.getByLabel('Tabs call the API every 2 s').uncheck()
  await play(page, 'revoke-token')
  await allTabsShow(page, '200 ×2')
  expect(await cut()).toEqual([])
  await play(page, 'clear-storage')
  await allTabsShow(page, 'error')
  expect(await cut()).toEqual([])
})

test.for([844, 480])('at 390 × %i px the result is in sight after the press', async (height) => {
  await page.setViewportSize({ width: 390, height })
  await press()
  for (const id of ['by-hand', 'with-tokenring']) {
    const lost = await page
      .locator(`#${id} .verdict-lost`)
      .evaluate((element) => element.getBoundingClientRect().bottom)
    expect(lost).toBeLessThanOrEqual(height)
    expect(await top(`#${id} .verdict-headline`)).toBeGreaterThanOrEqual(0)
  }
  expect(await cut()).toEqual([])
})

test.for([1280, 390])('the first screen breaks no accessibility rule (%i px)', async (width) => {
  await page.setViewportSize({ width, height: 800 })
  await page.evaluate(axe.source)
  for (const when of ['before', 'after']) {
    if (when === 'after') await press()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const { violations } = await page.evaluate(() =>
        (window as unknown as { axe: typeof axe }).axe.run(),
      )
      const broken = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
      expect(broken, `${when}, ${colorScheme}`).toEqual([])
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect(isWider, colorScheme).toBe(false)
    }
  }
})
