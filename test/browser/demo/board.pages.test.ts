import { readFile } from 'node:fs/promises'
import axe from 'axe-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { allTabsShow, card, play, signIn, startDemo, tabShows } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

/** An entry of the Layout Instability API, which the DOM library does not declare. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly sources: readonly { readonly node?: Node }[]
}

let demo: DemoStage
let page: Page
let problems: string[]

beforeAll(async () => {
  demo = await startDemo()
})
beforeEach(async () => {
  demo.authorizationServer.resetCounters()
  page = await demo.open()
  problems = []
  // What the content security policy refuses is an error in the console too.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
})
afterAll(() => demo?.close())

const quiet = (): Promise<void> => page.getByLabel('Tabs call the API every 2 s').uncheck()

test('a visitor signs in, and every tab of the grid is signed in without a refresh', async () => {
  await tabShows(page, 1, 'Signed out')
  await signIn(page)
  await allTabsShow(page, 'Ada Lovelace')
  expect(demo.authorizationServer.counters()).toMatchObject({ refreshGrants: 0, replays: 0 })
  expect(page.url()).toBe(`${demo.pageOrigin}/`)
  expect(problems).toEqual([])
})

test('the timeline is there as a report, as a user would send it, and closes', async () => {
  await signIn(page)
  await allTabsShow(page, 'Ada Lovelace')
  await page.getByRole('button', { name: 'As a report' }).click()
  const report = page.getByRole('dialog', { name: 'Why was I signed out?' })
  const text = await report.getByLabel('Report').inputValue()
  expect(text).toContain('Tab 1')
  expect(text).toContain('signed-in')
  expect(text).not.toMatch(/eyJ|refresh_token/)
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof axe }
    return (await inPage.run('dialog')).violations.map(({ id }) => id)
  })
  expect(found).toEqual([])
  await page.keyboard.press('Escape')
  await report.waitFor({ state: 'hidden' })
  expect(problems).toEqual([])
})

test('who goes back at the login page is told so, and can try again', async () => {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'No, go back' }).click()
  await page.getByRole('alert').getByText('SignInError').waitFor()
  await signIn(page)
})

test('a sign-in comes back to where it began, query and fragment too, whatever comes of it', async () => {
  const address = `${demo.pageOrigin}/?shelf=2#third`
  await page.goto(address)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'No, go back' }).click()
  await page.getByRole('alert').getByText('The sign-in did not succeed.').waitFor()
  expect(page.url()).toBe(address)
  await signIn(page)
  expect(page.url()).toBe(address)
  expect(await page.getByRole('alert').textContent()).toBe('')
})

test('a sign-in that fails in one tab is not worded as the session that was there', async () => {
  await signIn(page)
  const takeBack = demo.authorizationServer.setFault({
    when: 'before',
    kind: 'reply',
    status: 400,
    body: '{"error":"invalid_grant"}',
  })
  expect(await play(page, 'other-user')).toMatch(
    /^The sign-in as Grace did not succeed\. 6 × 200\. 6 tabs signed in as Ada Lovelace\./,
  )
  await tabShows(page, 2, 'sign-in failed')
  takeBack()
  expect(await play(page, 'other-user')).toMatch(/^6 × 200\. 6 tabs signed in as Grace Hopper\./)
  expect(await page.frameLocator('iframe[name="Tab 2"]').getByText('sign-in failed').count()).toBe(
    0,
  )
})

test('a trouble for which nobody can be signed in is not played', async () => {
  const takeBack = demo.authorizationServer.setFault({ when: 'before', kind: 'reply', status: 503 })
  expect(await play(page, 'expire')).toBe(
    'That went wrong: There is no session in all tabs, and a sign-in gave none.',
  )
  takeBack()
})

test('another authorization server can be chosen, and is still chosen after a reload', async () => {
  await page.getByRole('combobox').selectOption('Mercado Pago (stand-in)')
  await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('mercado-pago')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Ada Lovelace' }).click()
  // It issues no ID token, so nobody knows who it is.
  await page.getByText('Signed in as somebody').waitFor()
  await allTabsShow(page, 'somebody')
  await quiet()
  expect(await play(page, 'storm')).toBe('60 × 200. 1 refresh grant, 0 replays.')
  await page.reload()
  await page.getByText('Signed in as somebody').waitFor()
  expect(await page.getByRole('combobox').inputValue()).toBe('mercado-pago')
  expect(demo.authorizationServer.counters()).toMatchObject({ codeGrants: 0, refreshGrants: 0 })
  expect(problems).toEqual([])
})

test('the number of tabs can be chosen from 2 to 12', async () => {
  const tabs = page.getByLabel('Tabs', { exact: true }).and(page.getByRole('spinbutton'))
  for (const [typed, count] of [
    ['12', 12],
    ['99', 12],
    ['1', 2],
  ] as const) {
    await tabs.fill(typed)
    await tabs.press('Tab')
    await expect.poll(() => page.locator('.grid iframe').count()).toBe(count)
    expect(await tabs.inputValue()).toBe(String(count))
  }
})

test('a tab is killed, opened again and reloaded, and is signed in each time', async () => {
  await signIn(page)
  await card(page, 2).getByRole('button', { name: 'Kill' }).click()
  await card(page, 2).getByText('Not open').waitFor()
  await expect.poll(() => page.locator('.grid iframe').count()).toBe(5)

  await card(page, 2).getByRole('button', { name: 'Open' }).click()
  await tabShows(page, 2, 'Ada Lovelace')
  await card(page, 2).getByRole('button', { name: 'Reload' }).click()
  await tabShows(page, 2, 'Ada Lovelace')
})

test('a real tab joins the grid, takes part in a storm, and can be frozen and killed', async () => {
  await signIn(page)
  await quiet()
  const [real] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('button', { name: 'Open a real tab' }).click(),
  ])
  await card(page, 7).getByText('Ada Lovelace').waitFor()
  expect(await play(page, 'storm')).toBe('70 × 200. 1 refresh grant, 0 replays.')

  // While it is frozen it answers nobody.
  await card(page, 7).getByRole('button', { name: 'Freeze' }).click()
  const thawed = real.evaluate(() => performance.now())
  const now = real.evaluate(() => 'answered')
  const sooner = await Promise.race([now, page.evaluate(() => 'frozen')])
  expect(sooner).toBe('frozen')
  await thawed

  const closed = real.waitForEvent('close')
  await card(page, 7).getByRole('button', { name: 'Kill' }).click()
  await closed
  await card(page, 7).getByText('Not open').waitFor()
  await card(page, 7).getByRole('button', { name: 'Forget' }).click()
  await expect.poll(() => page.getByRole('list', { name: 'Tabs' }).locator('> li').count()).toBe(6)
})

test('the buttons that cannot work on a frame say why', async () => {
  const freeze = card(page, 1).getByRole('button', { name: 'Freeze' })
  expect(await freeze.getAttribute('aria-disabled')).toBe('true')
  expect(await freeze.getAttribute('title')).toContain('open a real tab')
})

test('the headline says one refresh grant per expiry', async () => {
  await signIn(page)
  await quiet()
  await play(page, 'storm')
  await play(page, 'storm')
  await expect.poll(() => page.locator('[data-headline]').textContent()).toBe('1')
  await page.getByText('2 expiries so far').waitFor()
})

test('the servers’ own view counts what the tabs did', async () => {
  await signIn(page)
  await quiet()
  const count = async (name: string): Promise<number> =>
    Number(await page.locator(`[data-counter=${name}]`).textContent())
  await expect.poll(() => count('sessions')).toBe(demo.authorizationServer.counters().sessions)
  const before = { ok: await count('ok'), grants: await count('refreshGrants') }
  await play(page, 'storm')
  await expect.poll(() => count('ok')).toBe(before.ok + 60)
  await expect.poll(() => count('refreshGrants')).toBe(before.grants + 1)
})

test('the comparison shows that twenty lines lose what tokenring keeps', async () => {
  await signIn(page)
  await quiet()
  await page.getByRole('button', { name: 'Refresh in 6 tabs at once' }).click()
  const ours = page.locator('[data-side="tokenring"]')
  const theirs = page.locator('[data-side="Twenty lines"]')
  await ours.getByText('60 of 60').waitFor({ timeout: 45_000 })
  await ours.getByText('alive').waitFor()
  await theirs.getByText('ended by the server').waitFor()
  const answered = await theirs.getByRole('row', { name: 'Requests answered' }).textContent()
  expect(Number(/(\d+) of 60/.exec(answered ?? '')?.[1])).toBeLessThan(60)
})

test('the timeline explains what a tab did, by keyboard, and hands out the log as JSON', async () => {
  await signIn(page)
  await quiet()
  await play(page, 'storm')
  const timeline = page.locator('.timeline')
  await timeline.getByRole('application').focus()
  await page.keyboard.press('End')
  await timeline.getByText(/Tab \d · /).waitFor()

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    timeline.getByRole('button', { name: /export/i }).click(),
  ])
  const log = await readFile(await download.path(), 'utf8')
  const { events } = JSON.parse(log) as { events: { type: string; lane: string }[] }
  expect(events.filter(({ type }) => type === 'committed')).toHaveLength(1)
  expect(new Set(events.map(({ lane }) => lane)).size).toBeGreaterThanOrEqual(6)
  // An access token is a JWT; nothing that begins like one may be in the log.
  expect(log).not.toMatch(/eyJ/)
})

// Whichever fonts the machine has: what moves with some of them would move with others.
for (const { font, width } of [
  { font: 'system-ui', width: 1280 },
  { font: 'monospace', width: 390 },
]) {
  test(`nothing moves while the page is used (${font}, ${width} px)`, async () => {
    // High enough that everything is in view; what is out of view does not count as moved.
    await page.setViewportSize({ width, height: 5_000 })
    await signIn(page)
    await page.evaluate(recordShifts, font)
    await play(page, 'storm')
    await play(page, 'api-401')
    await play(page, 'sign-out')
    const shifts = await page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)
    expect(shifts).toEqual([])
  })
}

/** Runs in the page. Resolves when the text has its new font. */
async function recordShifts(font: string): Promise<void> {
  // The content security policy would refuse an element of style.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`:root { font-family: ${font} }`)
  document.adoptedStyleSheets.push(sheet)
  const nextFrame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve))
  await nextFrame()
  await nextFrame()
  const shifts: string[] = []
  Object.assign(window, { shifts })
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries() as LayoutShift[]) {
      const moved = sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 200))
      shifts.push(`${value}: ${moved.join(' and ')}`)
    }
  }).observe({ type: 'layout-shift', buffered: false })
}

for (const width of [1280, 390]) {
  test(`no accessibility rule is broken (${width} px)`, async () => {
    await page.setViewportSize({ width, height: 800 })
    await signIn(page)
    await play(page, 'storm')
    // By the protocol, which the page's content security policy does not bind.
    await page.evaluate(axe.source)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const { violations } = await page.evaluate(() =>
        (window as unknown as { axe: typeof axe }).axe.run(),
      )
      const broken = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
      expect(broken, colorScheme).toEqual([])
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect(isWider, colorScheme).toBe(false)
    }
  })
}

test('everything can be done by keyboard', async () => {
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  await page.keyboard.press('Tab')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Sign in')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Ada Lovelace' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Signed in as Ada Lovelace').waitFor()
  await page.locator('#storm button').focus()
  await page.keyboard.press('Enter')
  await expect
    .poll(() => page.locator('#storm .outcome').textContent(), { timeout: 20_000 })
    .toBe('60 × 200. 1 refresh grant, 0 replays.')
})

test('the tour plays the troubles one after the other until it is stopped', async () => {
  await signIn(page)
  await quiet()
  const tour = page.getByRole('button', { name: 'Tour' })
  await tour.click()
  await page.locator('.caption').getByText('Storm.').waitFor()
  await page.locator('#storm .outcome').getByText('1 refresh grant').waitFor()
  await page.locator('#expire .outcome').getByText('has run out').waitFor({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Stop the tour' }).click()
  await tour.waitFor()
})
