import { test as base, type BrowserContext } from '@playwright/test'
import { baseURL } from '../config.ts'

/**
 * A test whose page is signed in. Each worker signs in once, and its tests share that one profile: a
 * saved state (`storageState`) would put the same refresh token into several, and the second that
 * renews with it ends the session of all, as a thief's would.
 */
export const test = base.extend<object, { profile: BrowserContext }>({
  profile: [
    async ({ browser }, use) => {
      const profile = await browser.newContext({ baseURL })
      const page = await profile.newPage()
      await page.goto('/')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Ada' }).click()
      await page.getByRole('button', { name: 'Sign out' }).waitFor()
      await page.close()
      await use(profile)
      await profile.close()
    },
    { scope: 'worker' },
  ],
  context: async ({ profile }, use) => use(profile),
  page: async ({ profile }, use) => {
    const page = await profile.newPage()
    await use(page)
    await page.close()
  },
})
