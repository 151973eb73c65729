import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchPlaywright, type Driver } from '../drivers.ts'
import { eventually } from '../eventually.ts'
import { startPopupStage, type PopupStage } from './popup-stage.ts'

let stage: PopupStage
let driver: Driver<Page>

beforeAll(async () => {
  stage = await startPopupStage()
  driver = await launchPlaywright({ blocksPopups: true })
})
afterAll(async () => {
  await driver?.close()
  await stage?.close()
})

test('a window that the browser has blocked is POPUP_BLOCKED, and one that a click opens is not', async () => {
  const page = await driver.newPage()
  // By the page itself, which also says when it is over: whatever the driver does counts as a gesture
  // of the user, looking included.
  const isOver = page.waitForEvent('console', {
    predicate: (message) => message.text() === 'the first is over',
    timeout: 60_000,
  })
  await page.addInitScript(() => {
    const waiting = setInterval(() => {
      if (!('kept' in window)) return
      clearInterval(waiting)
      const looking = setInterval(() => {
        if (window.kept.endings.length === 0) return
        clearInterval(looking)
        // oxlint-disable-next-line no-console -- the test listens
        console.info('the first is over')
      }, 20)
      window.kept.signInHere({ loginHint: 'ada' })
      const button = document.createElement('button')
      button.textContent = 'Sign in'
      button.addEventListener('click', () => window.kept.signInHere({ loginHint: 'ada' }))
      document.body.append(button)
    }, 20)
  })
  await page.goto(`${stage.pageOrigin}/`)
  await isOver
  const endings = (): Promise<string[]> => page.evaluate(() => window.kept?.endings ?? [])
  expect(await endings()).toEqual(['SignInError POPUP_BLOCKED'])
  expect(stage.shown().logins).toBe(0)
  await page.click('button')
  await eventually('the end of the second', async () => (await endings()).length === 2)
  expect(await endings()).toEqual(['SignInError POPUP_BLOCKED', 'begun'])
})
