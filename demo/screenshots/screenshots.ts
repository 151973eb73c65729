import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { allTabsShow, lookInside, play, startDemo } from '../../test/browser/demo/demo-stage.ts'

const folder = new URL('./', import.meta.url)
const wide = { width: 1440, height: 1000 }
const narrow = { width: 390, height: 844 }

/** Takes the pictures of the README from the running demo, so that they show what it is. */
export async function takeScreenshots(): Promise<void> {
  const demo = await startDemo(30)
  try {
    const page = await demo.openBare()
    await page.setViewportSize(wide)
    await runFirstStorm(page)
    await take(page, 'first-screen')
    await page.setViewportSize(narrow)
    await take(page, 'narrow')
    await page.setViewportSize(wide)

    await lookInside(page)
    // A press may have scrolled.
    const showInside = (): Promise<void> =>
      page.locator('.inside-head').evaluate((head) => head.scrollIntoView())
    await showInside()
    await take(page, 'at-rest')

    // As long as it is live, the right edge stays where it is.
    const timeline = page.locator('.timeline')
    const zoomIn = timeline.getByRole('button', { name: 'Zoom in' })
    for (let press = 0; press < 3; press += 1) await zoomIn.click()
    // In sight, or it is not drawn.
    await showInside()
    await play(page, 'storm')
    await timeline.getByRole('button', { name: 'Pause' }).click()
    await showInside()
    await take(page, 'storm')
    await timeline.getByRole('button', { name: 'Now' }).click()

    await play(page, 'lost-reply')
    await showInside()
    await take(page, 'after-a-lost-reply')
    await play(page, 'lost-reply-strict')
    await showInside()
    await take(page, 'rotation-lost')
    await play(page, 'sign-out')
    await showInside()
    await take(page, 'signed-out')

    await page.locator('#ends-while-typing').getByRole('button').click()
    await page.getByRole('button', { name: 'Sign in again here' }).waitFor()
    await showInside()
    await take(page, 'typing')
  } finally {
    await demo.close()
  }
}

/** Until both apps have come to their end. */
async function runFirstStorm(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Refresh in/ }).click()
  await page.locator('#by-hand').getByText('sessions lost: 1').waitFor()
  await allTabsShow(page, '200')
}

async function take(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const path = fileURLToPath(new URL(`${name}-${colorScheme}.png`, folder))
    await page.screenshot({ path, animations: 'disabled' })
    process.stdout.write(`${name}-${colorScheme}.png\n`)
  }
}
