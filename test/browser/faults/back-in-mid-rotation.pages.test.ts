import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inPage, startPuppeteerStage, type Stage } from '../harness.ts'
import { endOfCall } from './calls.ts'
import { allAre, signedInPages, stickInRotation } from './rotations.ts'

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startPuppeteerStage({
    refreshTokenGraceMs: 10_000,
    managerOptions: { refreshAhead: 'never' },
  })
})
afterAll(() => stage?.close())

test('a page that comes back from the back/forward cache in the middle of its rotation finds the token of the others', async () => {
  const [leaving, ...others] = await signedInPages(stage, 3)
  await inPage(
    leaving,
    () =>
      addEventListener('pageshow', ({ persisted }) =>
        Object.assign(window, { isRestored: persisted }),
      ),
    undefined,
  )
  await stickInRotation(stage, { when: 'after', holder: leaving, waiting: others })
  await leaving.goto('about:blank')
  for (const page of others) expect(await endOfCall(page)).toMatchObject({ outcome: 200 })
  await leaving.goBack()
  expect(await inPage(leaving, () => 'isRestored' in window, undefined)).toBe(true)
  await allAre('signed-in', [leaving])
  expect(await stage.storm([leaving, ...others], 3)).toMatchObject({ outcomes: { 200: 9 } })
  expect(stage.authorizationServer.counters()).toMatchObject({
    tokenRequests: 3,
    refreshGrants: 2,
    replays: 1,
    refreshRefused: 0,
  })
})
