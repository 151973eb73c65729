import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Frame, Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  eventually,
  inPage,
  startPuppeteerStage,
  stateOf,
  waitForStatus,
  type Stage,
} from '../harness.ts'
import { comeBack, leave } from '../leave-and-come-back.ts'

let stage: Stage<Page>
let embedder: Server

beforeAll(async () => {
  stage = await startPuppeteerStage({ managerOptions: { refreshAhead: 'never' } })
  // The stage is at localhost, so this is another site.
  embedder = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Embedder</title><iframe src="${framed()}"></iframe>`)
  })
  await new Promise<void>((resolve) => embedder.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => stage.reset())
afterAll(async () => {
  embedder?.close()
  await stage?.close()
})

/** A document of the app's origin that may be framed by anybody; the app's own pages refuse that. */
function framed(): string {
  return `${stage.pageOrigin}/frame.txt`
}

const refresh = (page: Page): Promise<void> =>
  inPage(page, () => window.app.auth.refresh(), undefined)

const locksSeenFrom = (frame: Page | Frame): Promise<readonly (string | undefined)[]> =>
  frame.evaluate(async () => {
    const { held = [] } = await navigator.locks.query()
    return held.map(({ name }) => name)
  })

/** Holds a lock that only the same partition of the browser's storage can see. */
const holdLock = (page: Page): Promise<void> =>
  inPage(
    page,
    () => void navigator.locks.request('of the first', () => new Promise(() => {})),
    undefined,
  )

test('S-26: a private window has a session of its own, and neither sees or ends the other', async () => {
  const page = await stage.newPage()
  await stage.signIn(page, 'ada')
  await holdLock(page)
  const privateWindow = await page.browser().createBrowserContext()
  const other = await privateWindow.newPage()
  await other.goto(stage.pageOrigin)
  await waitForStatus(other, 'signed-out')
  expect(await stateOf(other)).toMatchObject({ reason: 'never' })
  expect(await locksSeenFrom(page)).toEqual(['of the first'])
  expect(await locksSeenFrom(other)).toEqual([])

  await stage.signIn(other, 'grace')
  await refresh(page)
  await refresh(other)
  await inPage(other, () => window.app.auth.signOut({ endSession: false }), undefined)
  await privateWindow.close()
  await refresh(page)
  expect(await stateOf(page)).toMatchObject({ status: 'signed-in', generation: 3 })
  expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 3, replays: 0 })
})

test('S-27: a frame in a page of another site has a session of its own, and neither sees or ends the other', async () => {
  const page = await stage.newPage()
  await stage.signIn(page)
  await holdLock(page)
  const url = await inPage(
    page,
    () => document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '',
    undefined,
  )
  const outer = await stage.newPage()
  await outer.goto(`http://127.0.0.1:${(embedder.address() as AddressInfo).port}/`)
  const frame = await eventually('the frame', async () =>
    outer.frames().find((each) => each.url() === framed()),
  )
  await frame.addScriptTag({ url, type: 'module' })
  const stateInFrame = (): Promise<unknown> =>
    frame.evaluate(() => ('app' in window ? window.app.auth.getState() : undefined))
  await eventually('the app in the frame', stateInFrame)
  await frame.evaluate(() => window.app.ready)
  expect(await stateInFrame()).toEqual({ status: 'signed-out', reason: 'never' })
  expect(await locksSeenFrom(page)).toEqual(['of the first'])
  expect(await locksSeenFrom(frame)).toEqual([])

  await frame.evaluate(() =>
    window.app.auth.startSession({ access_token: 'another', token_type: 'Bearer' }),
  )
  expect(await stateInFrame()).toMatchObject({ status: 'signed-in', refreshable: false })
  await frame.evaluate(() => window.app.auth.signOut({ revoke: false, endSession: false }))
  await refresh(page)
  expect(await stateOf(page)).toMatchObject({ status: 'signed-in', generation: 2 })
  expect(await stateInFrame()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
})

test('S-28: a page that comes back from the back/forward cache with a stale token adopts the one that another has got', async () => {
  const [page, other] = (await stage.newPages(2)) as [Page, Page]
  await stage.signIn(page)
  await waitForStatus(other, 'signed-in')
  await leave(page)
  await refresh(other)
  expect(await comeBack(page)).toBe(true)
  expect(await stage.storm([page, other], 3)).toMatchObject({ outcomes: { 200: 6 } })
  expect(await stateOf(page)).toMatchObject({ generation: 2 })
  expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
})
