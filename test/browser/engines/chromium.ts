import type { Page } from 'playwright-core'
import { launchPlaywright } from '../drivers.ts'
import type { Engine, EnginePage } from './engine.ts'
import { runInPage } from './run-in-page.ts'

/** Every tab counts as visible, and there is no back/forward cache. */
export async function launchChromium(): Promise<Engine> {
  const driver = await launchPlaywright()
  return {
    name: 'chromium',
    async newPage(url) {
      const page = await driver.newPage()
      await page.goto(url)
      return enginePage(page)
    },
    newProfile: driver.newProfile,
    close: driver.close,
  }
}

function enginePage(page: Page): EnginePage {
  return {
    async goto(url) {
      await page.goto(url)
    },
    async reload() {
      await page.reload()
    },
    async goBack() {
      await page.goBack()
    },
    evaluate: (task, argument) =>
      runInPage((expression) => page.evaluate(expression), task, argument),
    // With all tabs of its profile.
    setOffline: (isOffline) => page.context().setOffline(isOffline),
    windows: async () => page.context().pages().map(enginePage),
    async screenshot(size) {
      await page.setViewportSize(size)
      return page.screenshot()
    },
    close: () => page.close(),
  }
}
