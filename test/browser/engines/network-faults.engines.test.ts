import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginRefresh, endOfCall } from '../faults/calls.ts'
import { cutTokenEndpoint, mendTokenEndpoint } from '../faults/outages.ts'
import { allAre, signedInPages } from '../faults/rotations.ts'
import { stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

describe.each(enginesInUse())('the network, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  /** Where the driver cannot cut the network, the token endpoint cuts its connections. */
  async function goOffline(pages: readonly EnginePage[]): Promise<void> {
    if (!pages.every((page) => page.setOffline)) return cutTokenEndpoint(stage)
    for (const page of pages) await page.setOffline?.(true)
  }

  async function comeBack(pages: readonly EnginePage[]): Promise<void> {
    if (!pages.every((page) => page.setOffline)) return mendTokenEndpoint(stage, pages)
    for (const page of pages) await page.setOffline?.(false)
  }

  test('tabs that go offline keep the session, and have a token as soon as they are back', async () => {
    const pages = await signedInPages(stage, 3)
    await goOffline(pages)
    for (const page of pages) {
      await beginRefresh(page)
      expect(await endOfCall(page)).toMatchObject({ outcome: 'NETWORK' })
    }
    for (const page of pages) {
      expect(await stateOf(page)).toMatchObject({
        status: 'signed-in',
        refresh: { phase: 'waiting' },
      })
    }
    await comeBack(pages)
    stage.authorizationServer.revokeAccessTokens()
    expect(await stage.storm(pages, 5)).toMatchObject({
      outcomes: { 200: 15 },
      grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
    })
    await allAre('signed-in', pages)
  })
})
