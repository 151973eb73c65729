import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  eventually,
  inPage,
  startPuppeteerStage,
  stateOf,
  waitForStatus,
  type Stage,
} from './harness.ts'
import { comeBack, leave } from './leave-and-come-back.ts'

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startPuppeteerStage({ managerOptions: { refreshAhead: 'never' } })
})
beforeEach(() => stage.reset())
afterAll(() => stage?.close())

const over = { status: 'signed-out', reason: 'idle' }

/** A page of the session, with an idle time. */
async function open(afterMs: number, warnBeforeMs = afterMs / 2): Promise<Page> {
  return stage.newPage(`/?idle=${JSON.stringify({ afterMs, warnBeforeMs })}`)
}

/** Signs in, in a page that is gone afterwards. */
async function signIn(): Promise<void> {
  const page = await stage.newPage()
  await stage.signIn(page)
  await page.close()
}

/** Keeps what the app is shown from now on, and waits until it ends so. */
async function keepShown(page: Page): Promise<(last: readonly string[]) => Promise<unknown>> {
  await inPage(
    page,
    () => {
      const shown: string[] = []
      window.app.idle?.subscribe(({ status }) => shown.push(status))
      Object.assign(window, { shown })
    },
    undefined,
  )
  const shownIn = (): Promise<readonly string[]> =>
    inPage(page, () => (window as unknown as { shown: string[] }).shown, undefined)
  return (last) =>
    eventually(`a page that shows ${last.join(', then ')}`, async () =>
      (await shownIn()).join().endsWith(last.join()),
    )
}

/** What lies in any database of the origin. */
const everythingStored = (page: Page): Promise<string> =>
  inPage(
    page,
    async () => {
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.addEventListener('success', () => resolve(request.result))
          request.addEventListener('error', () => reject(request.error))
        })
      const all = []
      for (const { name = '' } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name))
        for (const store of database.objectStoreNames) {
          all.push(await done(database.transaction(store).objectStore(store).getAll()))
        }
        database.close()
      }
      return JSON.stringify(all)
    },
    undefined,
  )

test('a key that is pressed in one tab keeps the session of one in the background, and the warning goes in both', async () => {
  await signIn()
  // A page that is slow to come may find it time for the warning, but never for the end.
  const background = await open(90_000, 85_000)
  const page = await open(90_000, 85_000)
  await page.bringToFront()
  expect(await inPage(background, () => document.visibilityState, undefined)).toBe('hidden')
  const untilShown = await Promise.all([background, page].map(keepShown))
  for (const until of untilShown) await until(['warning'])

  await page.keyboard.press('a')
  for (const until of untilShown) await until(['warning', 'quiet', 'warning'])
  expect(await stateOf(background)).toMatchObject({ status: 'signed-in' })
})

test('nobody does anything: every tab is signed out, and storage holds no token', async () => {
  await signIn()
  const background = await open(5_000)
  const page = await open(5_000)
  await waitForStatus(page, 'signed-out')
  await waitForStatus(background, 'signed-out')
  expect(await stateOf(page)).toMatchObject(over)
  expect(await stateOf(background)).toMatchObject(over)
  expect(await everythingStored(page)).not.toMatch(/"(access|refresh|id)Token"/)
  expect(await stage.storm([background, page], 2)).toMatchObject({
    outcomes: { 'SessionEndedError IDLE': 4 },
    grown: { tokenRequests: 0 },
  })
})

test('what a script makes up is no activity', async () => {
  await signIn()
  const page = await open(5_000)
  await inPage(
    page,
    () => {
      setInterval(() => dispatchEvent(new KeyboardEvent('keydown', { key: 'a' })), 100)
    },
    undefined,
  )
  await waitForStatus(page, 'signed-out')
  expect(await stateOf(page)).toMatchObject(over)
})

test('the next page, long after the last was closed, is signed out before it is ready', async () => {
  await signIn()
  await (await open(3_000)).close()
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  const page = await open(3_000)
  const ready = await inPage(page, () => window.app.auth.ready, undefined)
  expect(ready).toMatchObject(over)
  const states = await inPage(page, () => window.app.events.map(({ type }) => type), undefined)
  expect(states).not.toContain('sent')
})

test('a page that was in the back/forward cache past the time comes back from there, and serves no token', async () => {
  await signIn()
  const page = await open(5_000)
  // Pressed just before: something is written, and more is to be.
  for (let round = 0; round < 3; round += 1) await page.keyboard.press('a')
  await leave(page)
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(await comeBack(page)).toBe(true)
  expect(await stage.storm([page], 2)).toMatchObject({
    outcomes: { 'SessionEndedError IDLE': 2 },
  })
})
