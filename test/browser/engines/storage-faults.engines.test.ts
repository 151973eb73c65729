import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { beginRefresh, endOfCall, eventsIn } from '../faults/calls.ts'
import { deleteDatabase, overwrite, sessionRecord } from '../faults/record.ts'
import { allAre, endsIn, signedInPages, stickInRotation } from '../faults/rotations.ts'
import { eventually, inPage, stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

describe.each(enginesInUse())('storage under the running app, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  async function clearedIn(pages: readonly EnginePage[]): Promise<void> {
    for (const page of pages) {
      expect(await stateOf(page)).toMatchObject({
        status: 'signed-out',
        reason: 'storage-cleared',
      })
      expect(await endsIn(page)).toEqual(['storage-cleared'])
    }
  }

  test('a database deleted under the tabs ends the session in each, and the next sign-in works', async () => {
    const pages = await signedInPages(stage, 3)
    await deleteDatabase(pages[0])
    await Promise.all(pages.map(beginRefresh))
    for (const page of pages) {
      expect(await endOfCall(page)).toMatchObject({ outcome: 'STORAGE_CLEARED' })
    }
    await clearedIn(pages)
    expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 0 })

    await stage.signIn(pages[0])
    await allAre('signed-in', pages)
    expect(await stage.storm(pages, 3)).toMatchObject({ outcomes: { 200: 9 } })
  })

  test('a database deleted in the middle of a rotation ends the session, and the reply does not bring it back', async () => {
    const pages = await signedInPages(stage, 3)
    const [holder, ...waiting] = pages
    await stickInRotation(stage, { when: 'after', holder, waiting, delayMs: 1_000 })
    await deleteDatabase(holder)
    for (const page of pages) {
      expect(await endOfCall(page)).toMatchObject({ outcome: 'STORAGE_CLEARED' })
    }
    await clearedIn(pages)
    // The token that came for nobody is revoked.
    await eventually(
      'the revocation',
      async () => stage.authorizationServer.counters().sessions === 0,
    )
    expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
  })

  test('a record of a newer version is left alone, and an event says so', async () => {
    const [running, loaded] = await signedInPages(stage, 2)
    const [key, record] = await sessionRecord(running)
    const newer = { ...record, schema: 2, revision: 'r-2', somethingNew: { a: 1 } }
    await overwrite(running, key, newer)

    await beginRefresh(running)
    expect(await endOfCall(running)).toMatchObject({ outcome: 'RECORD_NEWER' })
    // It still has a token, and storage cannot tell it of another one.
    expect(await stage.storm([running], 2)).toMatchObject({ outcomes: { 200: 2 } })
    expect(await stateOf(running)).toMatchObject({ status: 'signed-in' })

    await loaded.reload()
    await eventually('the app', () => inPage(loaded, () => 'app' in window, undefined))
    await inPage(loaded, () => window.app.auth.ready, undefined)
    expect(await stage.storm([loaded], 2)).toMatchObject({
      outcomes: { 'StorageError RECORD_NEWER': 2 },
    })
    for (const page of [running, loaded]) {
      expect(await eventsIn(page)).toHaveProperty('record-newer')
    }
    expect(await sessionRecord(running)).toEqual([key, newer])
    expect(stage.authorizationServer.counters()).toMatchObject({ tokenRequests: 1 })
  })

  test('a record of an older version counts as none, an event says so, and the next sign-in works', async () => {
    const pages = await signedInPages(stage, 2)
    const [running, loaded] = pages
    const [key, { session, ...record }] = (await sessionRecord(running)) as [
      string,
      { session?: unknown },
    ]
    await overwrite(running, key, { ...record, session, schema: 0 })

    await beginRefresh(running)
    expect(await endOfCall(running)).toMatchObject({ outcome: 'STORAGE_CLEARED' })
    await loaded.reload()
    await eventually('the app', () => inPage(loaded, () => 'app' in window, undefined))
    expect(await inPage(loaded, () => window.app.auth.ready, undefined)).toMatchObject({
      status: 'signed-out',
    })
    for (const page of pages) expect(await eventsIn(page)).toHaveProperty('storage-corrupt')

    await stage.signIn(loaded)
    await allAre('signed-in', pages)
    expect(await stage.storm(pages, 2)).toMatchObject({ outcomes: { 200: 4 } })
    expect(await sessionRecord(loaded)).toMatchObject([key, { schema: 1 }])
  })
})
