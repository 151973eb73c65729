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
import { expectNothingSentForGrace, orderOnReturn, takeOver } from './faults/calls-on-return.ts'
import { signedInPages, stickInRotation } from './faults/rotations.ts'
import { comeBack, leave } from './leave-and-come-back.ts'

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startPuppeteerStage({ managerOptions: { refreshAhead: 'never' } })
})
beforeEach(() => stage.reset())
afterAll(() => stage?.close())

test('a page stays in the back/forward cache, and looks at storage when it comes back', async () => {
  const page = await stage.newPage()
  await stage.signIn(page)
  await stage.storm([page], 3)
  await leave(page)
  expect(await comeBack(page)).toBe(true)
  expect(await stage.storm([page], 3)).toMatchObject({ outcomes: { 200: 3 } })
})

test('a page in the back/forward cache is not evicted when another one signs out, and serves no token afterwards', async () => {
  const [page, other] = (await stage.newPages(2)) as [Page, Page]
  await stage.signIn(page)
  await waitForStatus(other, 'signed-in')
  await leave(page)
  await inPage(other, () => window.app.auth.signOut({ endSession: false }), undefined)
  expect(await comeBack(page)).toBe(true)
  expect(await stage.storm([page], 3)).toMatchObject({
    outcomes: { 'SessionEndedError SIGNED_OUT': 3 },
  })
  expect(await stateOf(page)).toMatchObject({ status: 'signed-out' })
})

test('a page of one user that was in the back/forward cache while another one signed in sends nothing for that one', async () => {
  const page = await stage.newPage()
  await stage.signIn(page)
  const other = await stage.newPage()
  await waitForStatus(other, 'signed-in')
  await orderOnReturn(page, `${stage.apiOrigin}/orders`)
  await leave(page)
  await takeOver(other, 'grace')
  expect(await comeBack(page)).toBe(true)
  await expectNothingSentForGrace(stage, page)
})

test('a page that leaves in the middle of a rotation does not hold up the others', async () => {
  const [leaving, waiting] = await signedInPages(stage, 2)
  // The request of the leaving page never reaches oidc-provider, so its refresh token is not spent.
  await stickInRotation(stage, { when: 'before', holder: leaving, waiting: [waiting] })

  const leftAt = Date.now()
  await leave(leaving)
  const tookMs = await eventually('the grant of the waiting page', async () => {
    return stage.authorizationServer.counters().refreshGrants === 1 && Date.now() - leftAt
  })
  // Half of what a tab waits at most for another one's lease and lock.
  expect(tookMs).toBeLessThan(10_000)
  await eventually('its commit', async () => {
    const state = await stateOf(waiting)
    return state.status === 'signed-in' && state.generation === 2
  })
  await leaving.goBack()
  expect(await stage.storm([leaving, waiting], 5)).toMatchObject({ outcomes: { 200: 10 } })
  expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
})
