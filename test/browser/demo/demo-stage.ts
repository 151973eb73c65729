import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { createPages } from '../../../demo/page-server.ts'
import type { Servers } from '../../../demo/servers.ts'
import { startSwitchableServers } from '../../../demo/switchable-servers.ts'
import { launchPlaywright } from '../drivers.ts'

const pageFolder = fileURLToPath(new URL('../../../demo/page', import.meta.url))

/** The demo as a visitor has it: everything is done by pressing buttons and reading the page. */
export interface DemoStage extends Servers {
  /** Opens the demo in a profile of its own, as a visitor finds it. */
  openBare(): Promise<Page>
  /** Opens it, and looks inside, where all controls are. */
  open(): Promise<Page>
  /** Opens it, signs in as Ada on the login page, and waits until every tab shows her. */
  openSignedIn(): Promise<Page>
}

/** The demo's servers as `npm run demo` starts them; what is returned is the first of them. */
export async function startDemoServers(accessTokenTtlSeconds: number): Promise<Servers> {
  const { first, close } = await startSwitchableServers({
    pages: await createPages(pageFolder),
    first: 'oidc-provider',
    accessTokenTtlSeconds,
    ports: { page: 0, issuer: 0, api: 0 },
  })
  return { ...first, close }
}

/** @param accessTokenTtlSeconds Default: 300, so that nothing runs out by itself. */
export async function startDemo(accessTokenTtlSeconds = 300): Promise<DemoStage> {
  const servers = await startDemoServers(accessTokenTtlSeconds)
  const driver = await launchPlaywright().catch(async (error: unknown) => {
    await servers.close()
    throw error
  })

  async function openBare(): Promise<Page> {
    await driver.newProfile()
    const page = await driver.newPage()
    await page.goto(servers.pageOrigin)
    return page
  }

  async function open(): Promise<Page> {
    const page = await openBare()
    await lookInside(page)
    return page
  }

  return {
    ...servers,
    openBare,
    open,
    async openSignedIn() {
      const page = await open()
      await signIn(page)
      return page
    },
    async close() {
      await driver.close()
      await servers.close()
    },
  }
}

/** Opens what is not for the first look, if that was not done in this tab before. */
export async function lookInside(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Look inside' })
  if ((await button.getAttribute('aria-expanded')) === 'false') await button.click()
}

export async function signIn(page: Page): Promise<void> {
  await lookInside(page)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Ada Lovelace' }).click()
  await page.getByText('Signed in as Ada Lovelace').waitFor()
  await tabShows(page, 1, 'Ada Lovelace')
}

/** From then on every tab has a courier: all of them begin anew, the page too. */
export async function turnCourierOn(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.getByLabel('Courier').check()])
  await page.getByText('Signed in as Ada Lovelace').waitFor()
}

/** The card of a tab in the grid. */
export function card(page: Page, number: number): Locator {
  return page
    .getByRole('list', { name: 'Tabs' })
    .getByRole('listitem')
    .nth(number - 1)
}

/** Waits until the app in that frame shows this text. */
export async function tabShows(page: Page, number: number, text: string | RegExp): Promise<void> {
  const frame = page.frameLocator(`iframe[name="Tab ${number}"]`)
  await frame.locator('.tab').getByText(text).first().waitFor()
}

export async function allTabsShow(page: Page, text: string | RegExp): Promise<void> {
  const count = await page.locator('.grid iframe').count()
  for (let number = 1; number <= count; number += 1) await tabShows(page, number, text)
}

/** Presses the button of a trouble and gives what the page says came of it. */
export async function play(page: Page, id: string): Promise<string> {
  await lookInside(page)
  const trouble = page.locator(`#${id}`)
  await trouble.getByRole('button').click()
  // The click has emptied it. Whether it is busy cannot be asked: that may be over by now.
  const outcome = trouble.locator('.outcome').filter({ hasText: /./ })
  await outcome.waitFor({ timeout: 45_000 })
  return (await outcome.textContent()) ?? ''
}
