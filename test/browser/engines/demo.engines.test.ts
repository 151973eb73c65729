import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDemoServers } from '../demo/demo-stage.ts'
import type { Servers } from '../../../demo/servers.ts'
import { eventually } from '../eventually.ts'
import type { Engine, EnginePage } from './engine.ts'
import { enginesInUse } from './engines-in-use.ts'
import { launchEngine } from './launch-engine.ts'

describe.each(enginesInUse())('the demo in %s', (name) => {
  let servers: Servers
  let engine: Engine | undefined
  let page: EnginePage

  beforeAll(async () => {
    servers = await startDemoServers(300)
    engine = await launchEngine(name)
    page = await engine.newPage(servers.pageOrigin)
  })
  afterAll(async () => {
    await engine?.close()
    await servers?.close()
  })

  async function press(text: string, on: EnginePage = page): Promise<void> {
    await eventually(`the button "${text}"`, () =>
      on.evaluate((wanted) => {
        const buttons = [...document.querySelectorAll('button')]
        const button = buttons.find((one) => one.textContent?.trim() === wanted && !one.disabled)
        button?.click()
        return button !== undefined
      }, text),
    )
  }

  async function shows(selector: string, text: string): Promise<void> {
    await eventually(`"${text}" in ${selector}`, () =>
      page.evaluate(
        (wanted) => document.querySelector(wanted.selector)?.textContent?.includes(wanted.text),
        { selector, text },
      ),
    )
  }

  /** What the apps in the frames show. */
  function framesShow(): Promise<(string | undefined)[]> {
    return page.evaluate(
      () =>
        [...document.querySelectorAll('iframe')].map(
          ({ contentDocument }) => contentDocument?.querySelector('.tab-state')?.textContent ?? '',
        ),
      undefined,
    )
  }

  async function allFramesShow(text: string): Promise<void> {
    await eventually(`"${text}" in all frames`, async () => {
      const texts = await framesShow()
      return texts.length > 0 && texts.every((shown) => shown === text)
    })
  }

  /** All pages begin anew by that. */
  async function turnCourierOn(): Promise<void> {
    await eventually('the courier’s switch turned on', () =>
      page.evaluate(() => {
        const labels = [...document.querySelectorAll('label')]
        const input = labels.find((one) => one.textContent === 'Courier')?.querySelector('input')
        if (input && !input.checked) input.click()
        const [load] = performance.getEntriesByType('navigation')
        const isAnew = (load as PerformanceNavigationTiming).type === 'reload'
        return isAnew && input?.checked
      }, undefined),
    )
  }

  test('both apps run the storm at the press of one button, and one of them is thrown out', async () => {
    await press('Refresh in 6 tabs at once')
    await shows('#by-hand', 'sessions lost: 1')
    await shows('#with-tokenring', 'sessions lost: 0')
  })

  test('a visitor signs in, and the grid is signed in', async () => {
    await press('Look inside')
    await press('Sign out')
    await press('Sign in')
    await press('Ada Lovelace')
    await shows('#status', 'Signed in as Ada Lovelace')
    await allFramesShow('Ada Lovelace')
  })

  test('a storm costs one refresh grant', async () => {
    await press('Storm')
    await shows('#storm .outcome', '60 × 200. 1 refresh grant, 0 replays.')
  })

  test('all tabs reload at once and stay signed in', async () => {
    await press('Reload all tabs at once')
    await shows(
      '#reload-all .outcome',
      '6 tabs signed in as Ada Lovelace. 1 refresh grant, 0 replays.',
    )
  })

  test('a reply lost after the server has rotated ends the session on a strict server only', async () => {
    await press('Lose the reply, server with grace')
    await shows('#lost-reply .outcome', '6 tabs signed in as Ada Lovelace. 2 refresh grants')
    await press('Lose the reply, strict server')
    await shows('#lost-reply-strict .outcome', '6 tabs signed out (rotation-lost)')
    await allFramesShow('Signed out: rotation-lost')
  })

  test('a reload in the middle of a renewal ends the session, and with the courier it does not', async () => {
    await press('Reload the tab that is refreshing')
    await shows('#reload-refreshing .outcome', 'The reply reached nobody: session lost.')
    await turnCourierOn()
    await press('Reload the tab that is refreshing')
    await shows(
      '#reload-refreshing .outcome',
      `The courier kept the reply: session kept. 6 × 200. 6 tabs signed in as Ada Lovelace. 1 refresh grant, 0 replays.`,
    )
  })

  test('the twenty lines lose what tokenring keeps', async () => {
    await press('Refresh in 6 tabs at once')
    await shows('[data-side=tokenring]', '60 of 60')
    await shows('[data-side="Twenty lines"]', 'ended by the server')
  })

  test('a session that ends under half an order begins again in a window, and the order is sent', async () => {
    // WebKitGTK opens no window without a click, and its driver has no click here.
    if (!page.windows) return
    await press('The session ends while you type')
    await press('Sign in again here')
    const popup = await eventually('the login page', async () => {
      const windows = (await page.windows?.()) ?? []
      const addresses = await Promise.all(
        windows.map((one) => one.evaluate(() => location.href, undefined).catch(() => '')),
      )
      return windows[addresses.findIndex((address) => address.includes('/login/'))]
    })
    await press('Ada Lovelace', popup)
    await shows(
      '#ends-while-typing .outcome',
      'Signed in again in a window, sent again: 201. Still there: “Three apples and”. 6 tabs signed in as Ada Lovelace. 0 refresh grants, 0 replays.',
    )
  })

  test('it can be seen', async () => {
    const picture = await page.screenshot({ width: 1280, height: 900 })
    // Not an empty page.
    expect(picture.byteLength).toBeGreaterThan(20_000)
  })
})
