import type { Page } from 'puppeteer-core'
import { inPage } from './harness.ts'

/** Goes elsewhere, with a mark in the page that only the back/forward cache keeps. */
export async function leave(page: Page): Promise<void> {
  await inPage(page, () => Object.assign(window, { kept: true }), undefined)
  await page.goto('about:blank')
}

/** Whether the page that comes back is the one that was left, and not loaded anew. */
export async function comeBack(page: Page): Promise<boolean> {
  await page.goBack()
  return inPage(page, () => 'kept' in window, undefined)
}
