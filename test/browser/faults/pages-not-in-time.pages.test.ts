import type { CalledAtOnce } from '../app/app.ts'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, inPage, startPuppeteerStage, type Stage } from '../harness.ts'
import { eventsIn } from './calls.ts'

declare global {
  interface Window {
    /** Tells the test. */
    looksIntoStorage?: () => void
  }
}

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startPuppeteerStage()
})
beforeEach(() => stage.reset())
afterAll(() => stage?.close())

/** Goes to the login page and signs in there; fulfils with the page on its way to the callback. */
async function leaveLoginPage(page: Page): Promise<void> {
  await inPage(page, () => void window.app.auth.signIn({ returnTo: '/' }), undefined)
  await page.waitForSelector('button[value=ada]')
  await page.click('button[value=ada]')
}

describe('a callback page that hears nothing for a while keeps its code', () => {
  async function expectSignedIn(page: Page): Promise<void> {
    await eventually(
      'the end of the sign-in',
      () => inPage(page, () => window.app?.auth.getState().status === 'signed-in', undefined),
      20_000,
    )
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1, tokenRequests: 1 })
    expect(await eventsIn(page)).not.toHaveProperty('storage-unavailable')
  }

  test('frozen for 4 s in the middle of its look into storage', async () => {
    const page = await stage.newPage()
    const session = await page.createCDPSession()
    // The answer waits behind this task, and is not heard before the page is frozen.
    await page.evaluateOnNewDocument(() => {
      if (location.pathname !== '/callback') return
      const { transaction } = IDBDatabase.prototype
      let isFirst = true
      IDBDatabase.prototype.transaction = function (...given) {
        const begun = transaction.apply(this, given)
        if (isFirst) {
          isFirst = false
          queueMicrotask(() => {
            window.looksIntoStorage?.()
            for (const from = performance.now(); performance.now() - from < 500;);
          })
        }
        return begun
      }
    })
    const frozen = new Promise<void>((resolve, reject) => {
      const freeze = (): void => {
        session.send('Page.setWebLifecycleState', { state: 'frozen' }).then(() => resolve(), reject)
      }
      page.exposeFunction('looksIntoStorage', freeze).catch(reject)
    })
    await leaveLoginPage(page)
    await frozen
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 0 })
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await expectSignedIn(page)
  })

  test('busy for three times 1.9 s', async () => {
    const page = await stage.newPage()
    await page.evaluateOnNewDocument(() => {
      if (location.pathname !== '/callback') return
      const { open } = IDBFactory.prototype
      IDBFactory.prototype.open = function (...given) {
        for (let task = 0; task < 3; task += 1) {
          setTimeout(() => {
            for (const from = performance.now(); performance.now() - from < 1_900;);
          })
        }
        IDBFactory.prototype.open = open
        return open.apply(this, given)
      }
    })
    await leaveLoginPage(page)
    await expectSignedIn(page)
  })
})

test('a page that is prerendered renews nothing before it is shown', async () => {
  // The one to be asked: the frame that the driver knows is gone when the prerendered page is shown.
  const other = await stage.newPage()
  const page = await stage.newPage()
  await stage.signIn(page)
  stage.authorizationServer.revokeAccessTokens()
  // The page forbids scripts in the document, which the rules are.
  await page.setBypassCSP(true)
  await page.reload()
  await eventually('the app', () => inPage(page, () => 'app' in window, undefined))
  const address = '/?callAtOnce'
  await inPage(
    page,
    (to) => {
      const rules = document.createElement('script')
      rules.type = 'speculationrules'
      rules.text = JSON.stringify({ prerender: [{ source: 'list', urls: [to] }] })
      document.head.append(rules)
    },
    address,
  )
  // The API has refused its token, so a page that is shown would renew at once.
  await eventually('the request of the prerendered page', async () =>
    stage.api.log().some(({ status }) => status === 401),
  )
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 0 })

  await inPage(page, (to) => location.assign(to), address)
  const called = await eventually('the page that was prerendered', () =>
    inPage(other, () => localStorage.getItem('calledAtOnce') ?? undefined, undefined),
  )
  const { status, shownAfterMs, state, events } = JSON.parse(called) as CalledAtOnce
  expect(shownAfterMs).toBeGreaterThan(2_500)
  expect(status).toBe(200)
  expect(state).toMatchObject({ status: 'signed-in', generation: 2 })
  // Asked for earlier, the lock would not have been given before the page was shown.
  const granted = events.find(({ type }) => type === 'lock-granted')
  expect(granted).toMatchObject({ held: true, waitedMs: expect.any(Number) })
  expect(granted?.type === 'lock-granted' && granted.waitedMs).toBeLessThan(1_500)
  expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
})
