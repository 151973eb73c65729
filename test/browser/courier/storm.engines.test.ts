import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CourierOptions } from '../../../src/courier/index.ts'
import { startEngineStage } from '../engines/engine-stage.ts'
import type { EngineName, EnginePage } from '../engines/engine.ts'
import { enginesInUse } from '../engines/engines-in-use.ts'
import { eventsIn } from '../faults/calls.ts'
import { sessionRecord } from '../faults/record.ts'
import { pagesWithExpiredToken } from '../faults/rotations.ts'
import { inPage, stateOf, type Stage } from '../harness.ts'
import { serviceWorkerIn } from './cut-renewals.ts'

const serviceWorker: CourierOptions = { serviceWorker: '/tokenring-courier.js' }
const kinds: readonly (readonly [EngineName, string, CourierOptions])[] = [
  ['chromium', 'a SharedWorker', {}],
  ['chromium', 'a service worker', serviceWorker],
  ['firefox', 'a service worker', serviceWorker],
  ['webkit', 'a service worker', serviceWorker],
]

describe.each(kinds.filter(([name]) => enginesInUse().includes(name)))(
  'in %s, with %s for a courier',
  (name, kind, courier) => {
    let stage: Stage<EnginePage>

    beforeAll(async () => {
      stage = await startEngineStage(name, {
        courier,
        managerOptions: { refreshAhead: 'never' },
      })
    })
    beforeEach(() => stage.reset())
    afterAll(() => stage?.close())

    async function tenPages(): Promise<readonly [EnginePage, EnginePage, ...EnginePage[]]> {
      const pages = await pagesWithExpiredToken(stage, 10)
      if (courier.serviceWorker !== undefined) await serviceWorkerIn(pages[0])
      return pages
    }

    /** All that were written have been dealt with. */
    async function expectNoLetter(page: EnginePage): Promise<void> {
      const [, record] = await sessionRecord(page)
      expect((record as { readonly letters?: readonly unknown[] }).letters ?? []).toEqual([])
    }

    test('ten pages, each with five requests on an expired token, cost one grant and lose no request', async () => {
      const pages = await tenPages()
      const storm = await stage.storm(pages, 5)
      process.stdout.write(`${name}, ${kind}: a storm of ten tabs took ${storm.tookMs} ms\n`)
      expect(storm).toMatchObject({
        outcomes: { 200: 50 },
        mostSends: 1,
        grown: { refreshGrants: 1, tokenRequests: 1, replays: 0, refreshRefused: 0 },
      })
      await expectNoLetter(pages[0])
      for (const page of pages)
        expect(await eventsIn(page)).not.toHaveProperty('courier-unavailable')
    })

    test('the others have what the page that was closed in the middle has asked for', async () => {
      const [first, ...others] = await tenPages()
      stage.authorizationServer.setFault({ when: 'after', kind: 'delay', ms: 1_000, times: 1 })
      await inPage(first, () => void window.app.auth.refresh().catch(() => {}), undefined)
      await expect.poll(() => stage.authorizationServer.counters().refreshGrants).toBe(1)
      await first.close()
      expect(await stage.storm(others, 5)).toMatchObject({
        outcomes: { 200: 45 },
        mostSends: 1,
        grown: { tokenRequests: 0 },
      })
      expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })
      await expectNoLetter(others[0])
    })

    test('a reply that comes after a sign-out elsewhere brings nothing back', async () => {
      const [first, second] = await tenPages()
      stage.authorizationServer.setFault({ when: 'after', kind: 'delay', ms: 1_000, times: 1 })
      await inPage(first, () => void window.app.auth.refresh().catch(() => {}), undefined)
      await expect.poll(() => stage.authorizationServer.counters().refreshGrants).toBe(1)
      await first.close()
      await inPage(second, () => window.app.auth.signOut({ endSession: false }), undefined)
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await expectNoLetter(second)
      await second.reload()
      await expect
        .poll(() => stateOf(second).catch(() => undefined))
        .toEqual({ status: 'signed-out', reason: 'signed-out' })
    })
  },
)
