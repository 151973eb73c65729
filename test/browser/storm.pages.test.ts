import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allAre, pagesWithExpiredToken, signedInPages } from './faults/rotations.ts'
import {
  eventually,
  inPage,
  startStage,
  stateOf,
  waitForExpiry,
  waitForStatus,
  type Stage,
} from './harness.ts'

let stage: Stage<Page>

beforeAll(async () => {
  // Ahead of expiry nothing is renewed, so that it is the requests that meet an expired token.
  stage = await startStage({ managerOptions: { refreshAhead: 'never' } })
})
beforeEach(() => stage.reset())
afterAll(() => stage?.close())

/** Has every page send ten requests, which cost one grant. */
async function expectOneGrant(pages: readonly Page[]): Promise<void> {
  const storm = await stage.storm(pages, 10)
  expect(storm).toMatchObject({
    outcomes: { 200: pages.length * 10 },
    mostSends: 1,
    grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
  })
}

describe.each([2, 5, 20])('%i pages, each with ten requests on an expired token', (count) => {
  test('cost one grant and lose no request', async () => {
    await expectOneGrant(await pagesWithExpiredToken(stage, count))
  })
})

test('ten pages cost one grant after their token has run out by the clock, for them and the API', async () => {
  // With less it would still count as just received, and be tried.
  stage.authorizationServer.setAccessTokenTtl(6)
  const pages = await signedInPages(stage, 10)
  stage.authorizationServer.setAccessTokenTtl(300)
  await waitForExpiry(pages[0])
  await expectOneGrant(pages)
})

test('ten pages that are reloaded at once on an expired token cost one grant', async () => {
  const pages = await pagesWithExpiredToken(stage, 10)
  const before = stage.authorizationServer.counters()
  await Promise.all(pages.map((page) => page.reload()))
  await allAre('signed-in', pages)
  const storm = await stage.storm(pages, 10)
  expect(storm).toMatchObject({ outcomes: { 200: 100 }, mostSends: 1 })
  const after = stage.authorizationServer.counters()
  expect(after.tokenRequests - before.tokenRequests).toBe(1)
  expect(after.replays).toBe(0)
})

test('ten pages reloaded in the middle of their storm keep the session', async () => {
  const pages = await pagesWithExpiredToken(stage, 10)
  const storms = pages.map((page) =>
    inPage(
      page,
      (url) =>
        void Promise.all(Array.from({ length: 10 }, () => window.app.auth.fetch(url))).catch(
          () => {},
        ),
      `${stage.apiOrigin}/orders`,
    ),
  )
  await Promise.all(storms)
  // A reload cuts the request that is under way; a strict server may have rotated by then. That
  // loss cannot be mended by any client, so it is waited for until the grant is through.
  await eventually(
    'the grant',
    async () => stage.authorizationServer.counters().refreshGrants === 1,
  )
  await eventually('the commit', async () => {
    const states = await Promise.all(pages.map(stateOf))
    return states.some((state) => state.status === 'signed-in' && state.generation === 2)
  })
  await Promise.all(pages.map((page) => page.reload()))
  await allAre('signed-in', pages)
  expect(await stage.storm(pages, 10)).toMatchObject({ outcomes: { 200: 100 } })
  expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
})

test('a token that was revoked while the clock says it is fresh costs one grant for all pages', async () => {
  const pages = await signedInPages(stage, 10)
  stage.authorizationServer.revokeAccessTokens()

  const storm = await stage.storm(pages, 10)
  expect(storm.outcomes).toEqual({ 200: 100 })
  expect(storm.mostSends).toBe(2)
  expect(storm.grown).toMatchObject({ refreshGrants: 1, tokenRequests: 1, replays: 0 })
})

test('a revoked token is renewed as well when CORS hides the challenge', async () => {
  const page = await stage.newPage()
  await stage.signIn(page)
  stage.api.setFaults({ hideChallenge: true })
  stage.authorizationServer.revokeAccessTokens()
  expect(await stage.storm([page], 5)).toMatchObject({
    outcomes: { 200: 5 },
    grown: { refreshGrants: 1 },
  })
})

test('an API that rejects every token gets each request twice at most, and one grant, storm after storm', async () => {
  const pages = await signedInPages(stage, 10)
  stage.api.setFaults({ rejectAll: true })

  const startedAt = Date.now()
  const storm = await stage.storm(pages, 10)
  expect(storm.outcomes).toEqual({ 401: 100 })
  expect(storm.mostSends).toBe(2)
  expect(storm.grown).toMatchObject({ refreshGrants: 1, tokenRequests: 1 })

  // Past the time in which a token counts as just received; the thirty seconds are measured elsewhere.
  while (Date.now() - startedAt < 6_000) {
    const next = await stage.storm(pages, 10)
    expect(next.outcomes).toEqual({ 401: 100 })
    expect(next.grown).toMatchObject({ tokenRequests: 0 })
  }
})

test('a sign-out offline reaches every page within a second', async () => {
  const [first, ...others] = await signedInPages(stage, 4)
  await first.context().setOffline(true)
  await inPage(first, () => void window.app.auth.signOut(), undefined)
  await Promise.all(others.map((page) => waitForStatus(page, 'signed-out', 1_000)))
})

test('a reply that arrives after the sign-out changes nothing', async () => {
  const [first, second] = await pagesWithExpiredToken(stage, 2)
  stage.authorizationServer.setFault({ when: 'after', kind: 'delay', ms: 1_500, times: 1 })
  const call = inPage(
    second,
    (url) => window.app.auth.fetch(url).then(String, (error: { code: string }) => error.code),
    `${stage.apiOrigin}/orders`,
  )
  await eventually(
    'the grant',
    async () => stage.authorizationServer.counters().refreshGrants === 1,
  )
  await inPage(
    first,
    () => window.app.auth.signOut({ endSession: false, revoke: false }),
    undefined,
  )
  expect(await call).toBe('SIGNED_OUT')
  // The orphan that the late reply brought is revoked, which shows that it has come.
  await eventually(
    'the revocation',
    async () => stage.authorizationServer.counters().revocations === 1,
  )
  expect(await stateOf(first)).toMatchObject({ status: 'signed-out' })
  expect(await stateOf(second)).toMatchObject({ status: 'signed-out' })
  await second.reload()
  await waitForStatus(second, 'signed-out')
  expect(stage.authorizationServer.counters().sessions).toBe(0)
})

test('tabs that sign in at the same time both arrive', async () => {
  const [first, second] = (await stage.newPages(2)) as [Page, Page]
  await Promise.all([stage.signIn(first, 'ada'), stage.signIn(second, 'ada')])
  expect(await stateOf(first)).toMatchObject({ status: 'signed-in', sub: 'ada' })
  expect(await stateOf(second)).toMatchObject({ status: 'signed-in', sub: 'ada' })
})
