import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startStage, type Stage } from '../harness.ts'
import { allAre } from './rotations.ts'

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startStage({ managerOptions: { refreshAhead: 'never' } })
})
afterAll(() => stage?.close())

test('fifty tabs, each with ten requests on a revoked token, cost one grant and lose no request', async () => {
  const first = await stage.newPage()
  await stage.signIn(first)
  const pages = [first]
  // Not all at once, which takes longer.
  while (pages.length < 50) pages.push(...(await stage.newPages(7)))
  await allAre('signed-in', pages)
  stage.authorizationServer.revokeAccessTokens()
  const storm = await stage.storm(pages, 10)
  expect(storm).toMatchObject({
    outcomes: { 200: 500 },
    mostSends: 2,
    grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
  })
})
