import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPlainClient } from '../../demo/plain-client.ts'
import { beginCall, endOfCall } from '../faults/calls.ts'
import { allAre } from '../faults/rotations.ts'
import { eventually, inPage, stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

describe.each(enginesInUse())('parts of the platform that are missing, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name, { managerOptions: { refreshAhead: 'never' } })
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  /** Five pages of one session that all lack something; the one that signed in is closed. */
  async function pagesWithout(...parts: readonly string[]): Promise<readonly EnginePage[]> {
    const whole = await stage.newPage()
    await stage.signIn(whole)
    const query = parts.map((part) => `without=${part}`).join('&')
    const pages = await Promise.all(Array.from({ length: 5 }, () => stage.newPage(`/?${query}`)))
    await allAre('signed-in', pages)
    await whole.close()
    return pages
  }

  /** What the pages have said they lack. */
  async function reportedMissing(pages: readonly EnginePage[]): Promise<readonly string[]> {
    const reports = pages.map((page) =>
      inPage(
        page,
        () =>
          window.app.events.flatMap((event) => {
            if (event.type === 'degraded') return [event.missing]
            return event.type === 'storage-unavailable' ? [`storage: ${event.cause}`] : []
          }),
        undefined,
      ),
    )
    return [...new Set((await Promise.all(reports)).flat())].sort()
  }

  test.each([
    { without: ['locks'], isMissing: ['locks'] },
    { without: ['channel'], isMissing: ['channel'] },
    { without: ['locks', 'channel'], isMissing: ['channel', 'locks'] },
  ])(
    'without $without, five tabs with five requests on a revoked token cost one grant',
    async ({ without, isMissing }) => {
      const pages = await pagesWithout(...without)
      stage.authorizationServer.revokeAccessTokens()
      expect(await stage.storm(pages, 5)).toMatchObject({
        outcomes: { 200: 25 },
        mostSends: 2,
        grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
      })
      expect(await reportedMissing(pages)).toEqual(isMissing)
    },
  )

  test('without a channel, a sign-out reaches a tab that makes requests within ten seconds', async () => {
    const [leaving, calling] = (await pagesWithout('channel')) as [EnginePage, EnginePage]
    await inPage(
      leaving,
      () => window.app.auth.signOut({ endSession: false, revoke: false }),
      undefined,
    )
    const outAt = Date.now()
    await eventually('the end', async () => {
      await beginCall(calling, `${stage.apiOrigin}/orders`)
      return (await endOfCall(calling)).outcome === 'SIGNED_OUT'
    })
    expect(Date.now() - outAt).toBeLessThan(12_000)
    expect(await stateOf(calling)).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
  })

  test('without IndexedDB, every tab has a session of its own, and one grant renews it', async () => {
    const pages = await Promise.all(
      Array.from({ length: 5 }, () => stage.newPage('/?without=indexeddb')),
    )
    for (const page of pages) {
      const reply = await createPlainClient(stage).signIn('ada')
      await inPage(page, (given) => window.app.auth.startSession(given), { ...reply })
    }
    await allAre('signed-in', pages)
    stage.authorizationServer.revokeAccessTokens()
    expect(await stage.storm(pages, 5)).toMatchObject({
      outcomes: { 200: 25 },
      mostSends: 2,
      grown: { refreshGrants: 5, tokenRequests: 5, replays: 0, refreshRefused: 0 },
    })
    expect(await reportedMissing(pages)).toEqual(['storage: missing'])
  })
})
