import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CourierOptions } from '../../../src/courier/index.ts'
import type { Engine, EngineName, EnginePage } from '../engines/engine.ts'
import { enginesInUse } from '../engines/engines-in-use.ts'
import { launchEngine } from '../engines/launch-engine.ts'
import { eventually } from '../eventually.ts'
import { startCourierStage, type CourierStage } from './courier-stage.ts'

const serviceWorker: CourierOptions = { serviceWorker: '/tokenring-courier.js' }

/** The kinds of worker that outlive a page, by engine. */
const kinds: Readonly<Record<EngineName, [string, CourierOptions | 'own registration'][]>> = {
  chromium: [
    ['a SharedWorker', {}],
    ['a service worker', serviceWorker],
    ['the app’s own service worker', 'own registration'],
  ],
  firefox: [
    ['a service worker', serviceWorker],
    ['the app’s own service worker', 'own registration'],
  ],
  webkit: [
    ['a service worker', serviceWorker],
    ['the app’s own service worker', 'own registration'],
  ],
}

const answered = [
  { id: 'a', state: 'answered', answer: { status: 200, body: '{"refresh_token":"rt-2"}' } },
]

describe.each(enginesInUse())('in %s', (name) => {
  let stage: CourierStage
  let engine: Engine

  beforeAll(async () => {
    stage = await startCourierStage(700)
    engine = await launchEngine(name)
  })
  beforeEach(async () => {
    stage.reset()
    await engine.newProfile()
  })
  afterAll(async () => {
    await engine?.close()
    await stage?.close()
  })

  async function open(path = '/'): Promise<EnginePage> {
    const page = await engine.newPage(stage.pageOrigin + path)
    await eventually('the page', () => page.evaluate(() => 'post' in window, undefined))
    return page
  }

  async function start(
    page: EnginePage,
    options: CourierOptions | 'own registration',
  ): Promise<void> {
    await page.evaluate((given) => window.post.start(given), options)
    await eventually('a courier', () => page.evaluate(() => window.post.isAvailable(), undefined))
  }

  function send(page: EnginePage): Promise<void> {
    return page.evaluate((url) => window.post.send('a', url), stage.tokenUrl)
  }

  const lettersIn = (page: EnginePage): Promise<unknown> =>
    page.evaluate(async () => (await window.post.record())?.letters, undefined)

  async function isAnsweredIn(page: EnginePage): Promise<void> {
    await eventually('an answer', async () =>
      JSON.stringify(await lettersIn(page)).includes('answered'),
    )
    expect(await lettersIn(page)).toMatchObject(answered)
    expect(await page.evaluate(() => window.post.signs(), undefined)).toBe(true)
    expect(stage.requests()).toEqual([{ origin: stage.pageOrigin }])
  }

  describe.each(kinds[name])('%s', (_, options) => {
    test('files the answer for a page that stays, and says so', async () => {
      const page = await open()
      await start(page, options)
      await send(page)
      await eventually('the last word', () =>
        page.evaluate(() => window.post.words.length === 2, undefined),
      )
      expect(await page.evaluate(() => window.post.words, undefined)).toEqual(['opened', 'filed'])
      await isAnsweredIn(page)
      expect(
        await page.evaluate(async () => (await window.post.record())?.revision, undefined),
      ).toBe(3)
    })

    test.each(['as soon as it is handed over', 'when the server has it'])(
      'files the answer though the page is reloaded, %s',
      async (when) => {
        const page = await open()
        await start(page, options)
        await send(page)
        if (when === 'when the server has it') {
          await eventually('the request', async () => stage.requests().length > 0)
        }
        await page.reload()
        await eventually('the page', () => page.evaluate(() => 'post' in window, undefined))
        await isAnsweredIn(page)
      },
    )

    test('files the answer though the page is left for another site', async () => {
      const page = await open()
      await start(page, options)
      await send(page)
      await eventually('the request', async () => stage.requests().length > 0)
      await page.goto('about:blank')
      await isAnsweredIn(await open())
    })

    test('files the answer though the last page is closed', async () => {
      await engine.newPage('about:blank')
      const page = await open()
      await start(page, options)
      await send(page)
      await eventually('the request', async () => stage.requests().length > 0)
      await page.close()
      await isAnsweredIn(await open())
    })

    test('takes letters after the page has come back', async () => {
      const page = await open()
      await start(page, options)
      await send(page)
      await eventually('the request', async () => stage.requests().length > 0)
      await page.evaluate(() => void Object.assign(window, { kept: true }), undefined)
      await page.goto(`${stage.pageOrigin}/other`)
      // What is said meanwhile would evict it, if it were heard.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await page.goBack()
      await eventually('the page', () => page.evaluate(() => 'post' in window, undefined))
      // Playwright has switched Chromium's back/forward cache off; a test of its own has it on.
      const isRestored = await page.evaluate(() => 'kept' in window, undefined)
      expect(isRestored).toBe(name !== 'chromium')
      if (!isRestored) await start(page, options)
      await isAnsweredIn(page)
      stage.reset()
      await send(page)
      await isAnsweredIn(page)
    })
  })

  test('it is known whether a SharedWorker outlives its page', async () => {
    const page = await open()
    await page.evaluate(() => window.post.start({}), undefined)
    const isAvailable = name === 'chromium'
    expect(await page.evaluate(() => window.post.isAvailable(), undefined)).toBe(isAvailable)
    expect(await page.evaluate(() => window.post.unavailable, undefined)).toEqual(
      isAvailable ? [] : ['unsupported'],
    )
  })

  test.each([
    ['csp', "worker-src 'none'", '/tokenring-courier.js'],
    ['no-worker', "worker-src 'self'", '/never-there.js'],
  ])('where no service worker can be had, the reason is %s', async (reason, policy, file) => {
    const page = await open(`/?policy=${encodeURIComponent(policy)}`)
    await page.evaluate((address) => window.post.start({ serviceWorker: address }), file)
    await eventually('a reason', () =>
      page.evaluate(() => window.post.unavailable.length > 0, undefined),
    )
    expect(await page.evaluate(() => window.post.unavailable, undefined)).toEqual([reason])
    expect(await page.evaluate(() => window.post.isAvailable(), undefined)).toBe(false)
  })

  test('a letter makes no database where there is none', async () => {
    const page = await open()
    await start(page, name === 'chromium' ? {} : serviceWorker)
    await page.evaluate((url) => window.post.handOver('a', url), stage.tokenUrl)
    await eventually('a word', () => page.evaluate(() => window.post.words.length > 0, undefined))
    expect(await page.evaluate(() => window.post.words, undefined)).toEqual(['not-sent'])
    // WebKit lists one that was never made, with the version that none has.
    const databases = await page.evaluate(() => indexedDB.databases(), undefined)
    expect(databases.filter(({ version }) => version !== 0)).toEqual([])
    expect(stage.requests()).toEqual([])
  })
})
