import { launch } from 'puppeteer-core'
import type { Page } from 'puppeteer-core'
import { eventually } from '../eventually.ts'
import type { Engine, EnginePage } from './engine.ts'
import { requireProgram } from './find-program.ts'
import { createInTurn, type InTurn } from './in-turn.ts'
import { runInPage } from './run-in-page.ts'

/** Tabs in the background count as hidden, as in life, but their timers run like any others. */
export async function launchFirefox(): Promise<Engine> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: requireProgram('FIREFOX_PATH'),
    headless: true,
    // Its own handlers keep the process alive.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    extraPrefsFirefox: {
      // A timer of a hidden tab would take a second at least, so that tabs that are to send at the
      // same moment would send one after the other.
      'dom.min_background_timeout_value_without_budget_throttling': 4,
      'dom.timeout.enable_budget_timer_throttling': false,
    },
  })
  // A tab that is being opened gets lost at times while others are opened or closed.
  const inTurn = createInTurn()
  let profile = await browser.createBrowserContext()
  return {
    name: 'firefox',
    async newPage(url) {
      const page = await inTurn(() => profile.newPage())
      await page.goto(url)
      return enginePage(page, inTurn)
    },
    async newProfile() {
      await profile.close()
      profile = await browser.createBrowserContext()
    },
    close: () => browser.close(),
  }
}

function enginePage(page: Page, inTurn: InTurn): EnginePage {
  return {
    async goto(url) {
      await page.goto(url)
    },
    async reload() {
      await page.reload()
    },
    async goBack() {
      const from = await page.evaluate(() => location.href)
      // The driver's own command waits in vain for a page that comes out of the cache to load.
      await page.evaluate(() => void setTimeout(() => history.back(), 20))
      await eventually('the page before', () =>
        page.evaluate((left) => location.href !== left, from),
      )
    },
    evaluate: (task, argument) =>
      runInPage((expression) => page.evaluate(expression), task, argument),
    setOffline: (isOffline) => page.setOfflineMode(isOffline),
    windows: async () =>
      (await page.browserContext().pages()).map((one) => enginePage(one, inTurn)),
    async screenshot(size) {
      await page.setViewport(size)
      return page.screenshot()
    },
    close: () => inTurn(() => page.close()),
  }
}
