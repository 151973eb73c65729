import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { inPage, startStage, stateOf, waitForStatus } from './harness.ts'
import type { Stage } from './harness.ts'

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startStage()
})
beforeEach(() => stage.reset())
afterAll(() => stage?.close())

test('a sign-in survives a reload, and the API takes its token', async () => {
  const page = await stage.newPage()
  expect(await stateOf(page)).toEqual({ status: 'signed-out', reason: 'never' })
  await stage.signIn(page)
  expect(await stateOf(page)).toMatchObject({ status: 'signed-in', sub: 'ada', refreshable: true })

  await page.reload()
  await waitForStatus(page, 'signed-in')
  expect(await stage.storm([page], 1)).toMatchObject({ outcomes: { 200: 1 }, mostSends: 1 })
  expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1, tokenRequests: 1 })
})

test('the callback parameters are gone from the address', async () => {
  const page = await stage.newPage()
  await stage.signIn(page)
  expect(page.url()).toBe(`${stage.pageOrigin}/`)
})

test('a tab that opens later is signed in without a token request', async () => {
  await stage.signIn(await stage.newPage())
  const second = await stage.newPage()
  await waitForStatus(second, 'signed-in')
  expect(await stage.storm([second], 3)).toMatchObject({ outcomes: { 200: 3 } })
  expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1, tokenRequests: 1 })
})

test('signing out in one tab signs the others out and revokes the session', async () => {
  const first = await stage.newPage()
  await stage.signIn(first)
  const second = await stage.newPage()
  await waitForStatus(second, 'signed-in')

  await inPage(first, () => window.app.auth.signOut({ endSession: false }), undefined)
  await waitForStatus(second, 'signed-out', 1_000)
  expect(await stateOf(second)).toEqual({ status: 'signed-out', reason: 'signed-out' })
  await expect.poll(() => stage.authorizationServer.counters()).toMatchObject({ sessions: 0 })
})

test('signing out at the authorization server too comes back to the page', async () => {
  const page = await stage.newPage()
  await stage.signIn(page)
  await inPage(page, () => void window.app.auth.signOut(), undefined)
  await page.waitForURL(`${stage.issuer}/**`)
  await page.waitForURL(`${stage.pageOrigin}/`)
  await waitForStatus(page, 'signed-out')
})

test('a user who goes back at the login page is told so', async () => {
  const page = await stage.newPage()
  await inPage(page, () => void window.app.auth.signIn({ returnTo: '/' }), undefined)
  await page.click('button[value=""]')
  await page.waitForURL(`${stage.pageOrigin}/**`)
  await page.waitForFunction(() => 'app' in window)
  const code = inPage(
    page,
    () => window.app.ready.then(String, (error: { code: string }) => error.code),
    undefined,
  )
  expect(await code).toBe('DENIED')
})
