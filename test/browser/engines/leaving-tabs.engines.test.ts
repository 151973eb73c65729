import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endOfCall } from '../faults/calls.ts'
import { allAre, endsIn, signedInPages, stickInRotation } from '../faults/rotations.ts'
import { eventually, inPage, stateOf, type Stage } from '../harness.ts'
import type { EngineName, EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

/** Half of the 20 s that a tab waits at most for another one's lease and lock. */
const soonMs = 10_000

/**
 * Whether a page with a request under way comes out of the back/forward cache; otherwise it is loaded
 * anew. Playwright has switched Chromium's cache off; it is tested with the other driver.
 */
const restoresInMidRotation: Readonly<Record<EngineName, boolean>> = {
  chromium: false,
  firefox: false,
  webkit: true,
}

describe.each(enginesInUse())('tabs that leave, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  test.each([
    ['before', { refreshGrants: 1, replays: 0 }],
    ['after', { refreshGrants: 2, replays: 1 }],
  ] as const)(
    'a tab closed %s the server has processed its token request leaves its turn to the next',
    async (when, grants) => {
      stage.authorizationServer.setRefreshTokenGrace(10_000)
      const [holder, ...others] = await signedInPages(stage, 3)
      await stickInRotation(stage, { when, holder, waiting: others })
      await holder.close()
      for (const page of others) {
        const { outcome, tookMs } = await endOfCall(page)
        expect(outcome).toBe(200)
        expect(tookMs).toBeLessThan(soonMs)
      }
      await allAre('signed-in', others)
      expect(stage.authorizationServer.counters()).toMatchObject({
        ...grants,
        tokenRequests: 3,
        refreshRefused: 0,
      })
    },
  )

  test('a tab closed after a strict server has rotated ends the session, once, in every tab', async () => {
    const [holder, ...others] = await signedInPages(stage, 3)
    await stickInRotation(stage, { when: 'after', holder, waiting: others })
    await holder.close()
    for (const page of others) {
      expect(await endOfCall(page)).toMatchObject({ outcome: 'ROTATION_LOST' })
      expect(await stateOf(page)).toMatchObject({ status: 'signed-out', reason: 'rotation-lost' })
      expect(await endsIn(page)).toEqual(['rotation-lost'])
    }
    expect(stage.authorizationServer.counters()).toMatchObject({
      refreshGrants: 1,
      refreshRefused: 1,
      tokenRequests: 3,
    })
  })

  test('ten tabs that are reloaded in the middle of a rotation keep the session', async () => {
    // Ten pages take their time to load, and the next request has to come within the grace.
    stage.authorizationServer.setRefreshTokenGrace(60_000)
    const pages = await signedInPages(stage, 10)
    const [holder, ...others] = pages
    await stickInRotation(stage, { when: 'after', holder, waiting: others })
    await Promise.all(pages.map((page) => page.reload()))
    await allAre('signed-in', pages)
    expect(await stage.storm(pages, 3)).toMatchObject({ outcomes: { 200: 30 } })
    const { refreshGrants, replays, refreshRefused } = stage.authorizationServer.counters()
    // A tab whose turn came before it was reloaded itself may have been cut off as well.
    expect(refreshGrants).toBe(1 + replays)
    expect(replays).toBeGreaterThan(0)
    expect(refreshRefused).toBe(0)
  })

  test('a tab that goes away in the middle of a rotation and comes back finds the token of the others', async () => {
    stage.authorizationServer.setRefreshTokenGrace(10_000)
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
    for (const page of others) {
      const { outcome, tookMs } = await endOfCall(page)
      expect(outcome).toBe(200)
      expect(tookMs).toBeLessThan(soonMs)
    }
    await leaving.goBack()
    await eventually('the app', () => inPage(leaving, () => 'app' in window, undefined))
    expect(await inPage(leaving, () => 'isRestored' in window, undefined)).toBe(
      restoresInMidRotation[name],
    )
    await allAre('signed-in', [leaving])
    expect(await stage.storm([leaving, ...others], 3)).toMatchObject({ outcomes: { 200: 9 } })
    expect(stage.authorizationServer.counters()).toMatchObject({
      refreshGrants: 2,
      replays: 1,
      refreshRefused: 0,
    })
  })
})
