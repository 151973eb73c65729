import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PopupSignInOptions } from '../../../src/popup/index.ts'
import type { Engine, EnginePage } from '../engines/engine.ts'
import { enginesInUse } from '../engines/engines-in-use.ts'
import { launchEngine } from '../engines/launch-engine.ts'
import { eventually } from '../eventually.ts'
import { startPopupStage, type PopupStage } from './popup-stage.ts'

const policies = [
  ['a login page that stays with its opener', {}],
  ['a login page that cuts itself off', { coop: 'same-origin' }],
] as const

describe.each(enginesInUse())('a pop-up in %s', (name) => {
  let stage: PopupStage
  let engine: Engine

  beforeAll(async () => {
    stage = await startPopupStage()
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

  async function open(): Promise<EnginePage> {
    const page = await engine.newPage(`${stage.pageOrigin}/`)
    await eventually('the app', () => page.evaluate(() => 'kept' in window, undefined))
    return page
  }

  const ask = (page: EnginePage, options: PopupSignInOptions): Promise<void> =>
    page.evaluate((given) => window.kept.signInHere(given), options)
  const endings = (page: EnginePage): Promise<string[]> =>
    page.evaluate(() => window.kept.endings, undefined)
  const save = (page: EnginePage): Promise<string> =>
    page.evaluate(() => window.kept.save(), undefined)
  const typed = (page: EnginePage): Promise<string | undefined> =>
    page.evaluate(() => document.querySelector('textarea')?.value, undefined)

  async function ending(page: EnginePage, count = 1): Promise<string | undefined> {
    await eventually('the end of a sign-in', async () => (await endings(page)).length >= count)
    return (await endings(page)).at(-1)
  }

  /** Ada has typed half of an order when the server ends her session. */
  async function endedInTheMiddle(parameters: Readonly<Record<string, string>> = {}) {
    const page = await open()
    await ask(page, { loginHint: 'ada', parameters })
    expect(await ending(page)).toBe('begun')
    await page.evaluate(() => {
      const text = document.querySelector('textarea')
      if (text) text.value = 'three apples, and'
    }, undefined)
    stage.endSessions()
    expect(await save(page)).toBe('SessionEndedError REJECTED')
    return page
  }

  describe.each(policies)('with %s', (_, parameters) => {
    test('keeps what was typed when the session ends, and the request is sent again', async () => {
      const page = await endedInTheMiddle(parameters)
      await ask(page, { loginHint: 'ada', parameters })
      expect(await ending(page, 2)).toBe('begun')
      expect(await save(page)).toBe('201')
      expect(await typed(page)).toBe('three apples, and')
      expect(stage.saved()).toEqual(['ada: three apples, and'])
      expect(stage.shown()).toEqual({ logins: 2, withOpener: 0 })
    })

    test('tells of a sign-in that was denied', async () => {
      const page = await endedInTheMiddle(parameters)
      await ask(page, { loginHint: 'deny', parameters })
      expect(await ending(page, 2)).toBe('SignInError DENIED')
      expect(await typed(page)).toBe('three apples, and')
    })

    test('sends nothing of one user again as the next', async () => {
      const page = await endedInTheMiddle(parameters)
      await ask(page, { loginHint: 'bob', sub: 'ada', parameters })
      expect(await ending(page, 2)).toBe('SessionChangedError SESSION_CHANGED')
      const state = await page.evaluate(() => window.kept.auth.getState(), undefined)
      expect(state).toMatchObject({ status: 'signed-in', sub: 'bob' })
      expect(stage.saved()).toEqual([])
    })

    test('brings the session to two tabs that both ask', async () => {
      const pages = [await open(), await open()]
      for (const page of pages) await ask(page, { loginHint: 'ada', parameters })
      for (const page of pages) expect(await ending(page)).toBe('begun')
      for (const page of pages) expect(await save(page)).toBe('201')
    })
  })

  test('is POPUP_CLOSED when the user closes it', async () => {
    const page = await open()
    // A display without a window manager gives the focus back to nobody.
    if (name === 'webkit')
      await page.evaluate(() => void (document.hasFocus = () => true), undefined)
    await ask(page, { loginHint: 'close' })
    expect(await ending(page)).toBe('SignInError POPUP_CLOSED')
  })

  test('is not taken for closed while its login page has cut itself off', async () => {
    const page = await open()
    await ask(page, { loginHint: 'wait', parameters: { coop: 'same-origin' } })
    await eventually('a window that seems closed', () =>
      page.evaluate(() => window.kept.opened[0]?.closed === true, undefined),
    )
    await eventually('the login page', async () => stage.shown().logins === 1)
    // Longer than several looks.
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(await endings(page)).toEqual([])
  })

  test('is POPUP_BLOCKED where there is none', async () => {
    const page = await open()
    await page.evaluate(() => window.kept.signInHere({}, true), undefined)
    expect(await ending(page)).toBe('SignInError POPUP_BLOCKED')
  })
})
