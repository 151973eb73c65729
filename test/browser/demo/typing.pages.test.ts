import axe from 'axe-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startDemo } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

let demo: DemoStage
let page: Page

beforeAll(async () => {
  demo = await startDemo()
})
beforeEach(async () => {
  page = await demo.openSignedIn()
  await page.getByLabel('Tabs call the API every 2 s').uncheck()
  demo.api.resetCounters()
})
afterAll(() => demo?.close())

const notice = 'Your session has ended. What you have typed is still here.'

/** Until the notice is there. */
async function begin(): Promise<void> {
  await page.locator('#ends-while-typing').getByRole('button').click()
  await page.getByRole('alert').getByText(notice).waitFor()
}

/** Presses the button of the notice, and gives the window that it opens. */
async function openLogin(): Promise<Page> {
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Sign in again here' }).click(),
  ])
  return popup
}

async function outcome(): Promise<string | null> {
  const text = page.locator('#ends-while-typing .outcome').filter({ hasText: /./ })
  await text.waitFor({ timeout: 45_000 })
  return text.textContent()
}

/** What the API was sent of the order: whose it was, and what it answered. */
function sent(): readonly string[] {
  return demo.api
    .log()
    .filter(({ method }) => method === 'POST')
    .map(({ sub = 'nobody', status }) => `${sub} ${status}`)
}

test('the page stays, and the order is sent again after a sign-in in a window that is on its own', async () => {
  const policies: (string | undefined)[] = []
  page.context().on('response', (response) => {
    if (!/\/login\//.test(response.url()) || response.request().method() !== 'GET') return
    policies.push(response.headers()['cross-origin-opener-policy'])
  })
  await begin()
  const text = page.getByRole('dialog').getByRole('textbox')
  await text.press('End')
  await text.pressSequentially(' no plums')
  const popup = await openLogin()
  await popup.getByRole('button', { name: 'Ada Lovelace' }).click()
  expect(await outcome()).toBe(
    'REJECTED: the session had ended. Signed in again in a window, sent again: 201. Still there: “Three apples and no plums”. 6 tabs signed in as Ada Lovelace. 0 refresh grants, 0 replays.',
  )
  expect(policies).toEqual(['same-origin'])
  expect(popup.isClosed()).toBe(true)
  expect(sent()).toEqual(['ada 201'])
  expect(demo.authorizationServer.openerPolicy()).toBe(undefined)
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('nothing of one user is sent as the next', async () => {
  await begin()
  const popup = await openLogin()
  await popup.getByRole('button', { name: 'Grace Hopper' }).click()
  expect(await outcome()).toBe(
    'REJECTED: the session had ended. Perhaps it is somebody else: nothing was sent again. 6 tabs signed in as Grace Hopper. 0 refresh grants, 0 replays.',
  )
  expect(sent()).toEqual([])
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('who goes back in the window is told so, and another tab can sign in in his place', async () => {
  await begin()
  const popup = await openLogin()
  await popup.getByRole('button', { name: 'No, go back' }).click()
  await page.getByText('That window gave no session: DENIED. Try again.').waitFor()
  await page.getByRole('button', { name: 'Let another tab do it' }).click()
  expect(await outcome()).toMatch(/Another tab signed in, sent again: 201\./)
})

test('a browser that opens no window is told of', async () => {
  await page.evaluate(() => {
    window.open = () => null
  })
  await begin()
  await page.getByRole('button', { name: 'Sign in again here' }).click()
  await page.getByText('That window gave no session: POPUP_BLOCKED. Try again.').waitFor()
  await page.getByRole('button', { name: 'Let another tab do it' }).click()
  expect(await outcome()).toMatch(/sent again: 201\./)
})

test.for([1280, 390])('the notice breaks no accessibility rule (%i px)', async (width) => {
  await page.setViewportSize({ width, height: 800 })
  await begin()
  await page.evaluate(axe.source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run(),
    )
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    expect(isWider, colorScheme).toBe(false)
  }
  await page.getByRole('button', { name: 'Let another tab do it' }).click()
  await outcome()
})
