import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { allTabsShow, play, startDemo } from '../../test/browser/demo/demo-stage.ts'

const folder = new URL('./', import.meta.url)
const wide = { width: 1440, height: 1000 }
const narrow = { width: 390, height: 844 }

/** Takes the pictures of the README from the running demo, so that they show what it is. */
export async function takeScreenshots(): Promise<void> {
  const demo = await startDemo(30)
  try {
    const page = await demo.openSignedIn()
    await page.setViewportSize(wide)
    await allTabsShow(page, '200')
    await take(page, 'at-rest')

    // As long as it is live, the right edge stays where it is.
    const timeline = page.locator('.timeline')
    const zoomIn = timeline.getByRole('button', { name: 'Zoom in' })
    for (let press = 0; press < 5; press += 1) await zoomIn.click()
    await play(page, 'storm')
    await timeline.getByRole('button', { name: 'Pause' }).click()
    await take(page, 'storm')
    await timeline.getByRole('button', { name: 'Now' }).click()

    await page.getByRole('button', { name: 'Run the same storm on both' }).click()
    await page.getByText('ended by the server').waitFor()
    await page.locator('.comparison').scrollIntoViewIfNeeded()
    await take(page, 'comparison')
    await page.evaluate(() => scrollTo(0, 0))

    await play(page, 'lost-reply')
    await take(page, 'after-a-lost-reply')
    await play(page, 'lost-reply-strict')
    await take(page, 'rotation-lost')
    await play(page, 'sign-out')
    await take(page, 'signed-out')

    await play(page, 'storm')
    await page.setViewportSize(narrow)
    await page.evaluate(() => scrollTo(0, 0))
    await take(page, 'narrow')
  } finally {
    await demo.close()
  }
}

async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const path = fileURLToPath(new URL(`${name}-${colorScheme}.png`, folder))
    await page.screenshot({ path, animations: 'disabled' })
    process.stdout.write(`${name}-${colorScheme}.png\n`)
  }
}
