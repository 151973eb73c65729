import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginCall, beginRefresh, endOfCall, eventsIn } from '../faults/calls.ts'
import { deleteDatabase } from '../faults/record.ts'
import { allAre, signedInPages } from '../faults/rotations.ts'
import { holdTransaction, openAndClose } from '../faults/silent-storage.ts'
import { eventually, inPage, stateOf, waitForStatus, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

/** How long one call waits for storage at most, and some room for a slow machine. */
const longestMs = 5_000 + 7_000

describe.each(enginesInUse())('storage that is silent, slow or odd, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  test('a page that holds a transaction open for 40 s: calls have an end, and then all works, without a reload', async () => {
    const [running, holder] = await signedInPages(stage, 2)
    await holdTransaction(holder, 40_000)
    const heldAt = Date.now()

    await beginRefresh(running)
    const late = await stage.newPage()
    expect(await stateOf(late)).toEqual({ status: 'signed-out', reason: 'never' })
    expect(await eventsIn(late)).toHaveProperty('storage-unavailable')
    const { outcome, tookMs } = await endOfCall(running)
    expect(outcome).toMatch(/^STORE_/)
    expect(tookMs).toBeLessThan(longestMs)
    // The token that it has is served all the while.
    expect(await stage.storm([running], 3)).toMatchObject({ outcomes: { 200: 3 } })

    const leftMs = heldAt + 40_000 - Date.now()
    await new Promise((resolve) => setTimeout(resolve, leftMs))
    await beginRefresh(running)
    expect(await endOfCall(running)).toMatchObject({ outcome: 'done' })
    await waitForStatus(late, 'signed-in', 20_000)
    expect(await eventsIn(late)).toHaveProperty('storage-available')
    expect(await stage.storm([running, late, holder], 2)).toMatchObject({ outcomes: { 200: 6 } })
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1, replays: 0 })
  }, 120_000)

  test('a page whose transaction ends while others wait for it holds them up no longer than that', async () => {
    const [running, holder] = await signedInPages(stage, 2)
    await holdTransaction(holder, 3_000)
    await beginRefresh(running)
    expect(await endOfCall(running)).toMatchObject({ outcome: 'done' })
    await allAre('signed-in', [running, holder])
    expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
  })

  test('an empty database of our name: the sign-in works, and lasts', async () => {
    const plain = await stage.newPage('/?without=indexeddb')
    const page = await stage.newPage()
    await deleteDatabase(page)
    await openAndClose(page)
    await stage.signIn(page)
    await page.reload()
    await eventually('the app', () => inPage(page, () => 'app' in window, undefined))
    await waitForStatus(page, 'signed-in')
    expect(await eventsIn(page)).not.toHaveProperty('storage-unavailable')
    expect(await stateOf(plain)).toMatchObject({ status: 'signed-out' })
  })

  test('a database deleted and made empty under open tabs: they are signed out, and the next sign-in works in all', async () => {
    const pages = await signedInPages(stage, 2)
    await deleteDatabase(pages[0])
    await openAndClose(pages[1])
    await beginCall(pages[0], `${stage.apiOrigin}/orders`)
    await endOfCall(pages[0])
    await Promise.all(pages.map(beginRefresh))
    for (const page of pages) {
      expect(await endOfCall(page)).toMatchObject({ outcome: 'STORAGE_CLEARED' })
    }
    await stage.signIn(pages[0])
    await allAre('signed-in', pages)
    expect(await stage.storm(pages, 2)).toMatchObject({ outcomes: { 200: 4 } })
  })

  test('five tasks of 1.2 s at the start: the user who is signed in is signed in', async () => {
    await signedInPages(stage, 2)
    const slow = await stage.newPage('/?busyTasks=5&busyMs=1200')
    expect(await stateOf(slow)).toMatchObject({ status: 'signed-in' })
    expect(await eventsIn(slow)).not.toHaveProperty('storage-unavailable')
    await beginCall(slow, `${stage.apiOrigin}/orders`)
    expect(await endOfCall(slow)).toMatchObject({ outcome: 200 })
  })
})
