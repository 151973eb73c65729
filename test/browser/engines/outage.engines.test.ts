import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  beginTicks,
  cutTokenEndpoint,
  goThroughOutage,
  pagesWithoutToken,
  renewalOf,
  sayOnline,
  ticksOf,
} from '../faults/outages.ts'
import { overwrite, sessionRecord } from '../faults/record.ts'
import { allAre } from '../faults/rotations.ts'
import { eventually, startStageIn, stateOf, type Stage } from '../harness.ts'
import type { Engine, EngineName, EnginePage } from './engine.ts'
import { enginesInUse } from './engines-in-use.ts'
import { launchEngine } from './launch-engine.ts'

/** The whole minute in one engine; in the others as long as it takes to see the pauses grow. */
const outageMs: Readonly<Record<EngineName, number>> = {
  chromium: 60_000,
  firefox: 20_000,
  webkit: 20_000,
}
const tabs = 10
const accessTokenTtlSeconds = 2_000
const leewayMs = 180_000
/** So much is left of the access token when the outage begins: it is due to be renewed all along. */
const leftMs = 120_000
/** A pause may have grown to a minute when the outage ends. */
const longestTestMs = 180_000

describe.each(enginesInUse())('a token endpoint that is down, in %s', (name) => {
  let engine: Engine | undefined

  beforeAll(async () => {
    engine = await launchEngine(name)
  })
  afterAll(() => engine?.close())

  /** Two outages at a time, each with servers of its own, in one browser. */
  function startStage(): Promise<Stage<EnginePage>> {
    const launch = async () => ({
      newPage: async () => {
        if (!engine) throw new Error('There is no browser.')
        return engine.newPage('about:blank')
      },
      newProfile: async () => {},
      close: async () => {},
    })
    return startStageIn(launch, { accessTokenTtlSeconds, managerOptions: { leewayMs } })
  }

  /** Tabs whose access token is old, but lasts longer than the outage. */
  async function pagesWithAgeingToken(stage: Stage<EnginePage>): Promise<readonly EnginePage[]> {
    const first = await stage.newPage()
    await stage.signIn(first)
    const [key, record] = await sessionRecord(first)
    const { session } = record as { session: { tokens: { default: { receivedAt: number } } } }
    const receivedAt = Date.now() + leftMs - accessTokenTtlSeconds * 1_000
    const expiresAt = Date.now() + leftMs
    const tokens = { default: { ...session.tokens.default, receivedAt, expiresAt } }
    await overwrite(first, key, { ...record, session: { ...session, tokens } })
    await first.close()
    const pages = await stage.newPages(tabs)
    await allAre('signed-in', pages)
    return pages
  }

  /** Lets every tab call the API every second for as long as the outage lasts. */
  async function goOnThroughOutage(
    stage: Stage<EnginePage>,
    begin: () => void,
  ): Promise<readonly EnginePage[]> {
    const pages = await pagesWithAgeingToken(stage)
    begin()
    const { tokenRequests } = stage.authorizationServer.counters()
    await Promise.all(pages.map((page) => beginTicks(page, `${stage.apiOrigin}/orders`)))
    await new Promise((resolve) => setTimeout(resolve, outageMs[name]))
    const sent = stage.authorizationServer.counters().tokenRequests - tokenRequests
    expect(sent).toBeGreaterThan(2)
    expect(sent).toBeLessThanOrEqual(13)
    await expectNothingButSuccess(pages)
    return pages
  }

  async function expectNothingButSuccess(pages: readonly EnginePage[]): Promise<void> {
    for (const page of pages) {
      expect(Object.keys((await ticksOf(page)).outcomes)).toEqual(['200'])
    }
  }

  async function endWell(stage: Stage<EnginePage>, pages: readonly EnginePage[]): Promise<void> {
    await expectNothingButSuccess(pages)
    expect(stage.authorizationServer.counters()).toMatchObject({
      refreshGrants: 1,
      refreshRefused: 0,
      replays: 0,
    })
  }

  test.concurrent(
    'answering 503 three times is outlasted by a tab without a token that calls twice a second',
    async () => {
      const stage = await startStage()
      try {
        const [page] = await pagesWithoutToken(stage, 1)
        if (!page) throw new Error('There is no page.')
        stage.authorizationServer.setFault({
          when: 'before',
          kind: 'reply',
          status: 503,
          times: 3,
        })
        const beganAt = Date.now()
        await beginTicks(page, `${stage.apiOrigin}/orders`, 500)
        const renewedAt = await renewalOf([page], 20_000)
        await eventually('a 200', async () => (await ticksOf(page)).outcomes['200'])
        process.stdout.write(`${name}, three 503: a token after ${renewedAt - beganAt} ms\n`)
        // Half a second until the first call; and the machine has other things to do.
        expect(renewedAt - beganAt).toBeLessThan(4_500)
        await endWell(stage, [page])
      } finally {
        await stage.close()
      }
    },
    longestTestMs,
  )

  test.concurrent(
    'answering 503 for 30 s gets twelve requests at most from ten tabs without a token, which are back within 9 s',
    async () => {
      const stage = await startStage()
      try {
        const pages = await pagesWithoutToken(stage, tabs)
        const { requests, backMs, failedCalls } = await goThroughOutage(stage, pages, 30_000)
        process.stdout.write(
          `${name}, down for 30 s: ${requests} requests, the last tab back after ${backMs} ms, ${failedCalls} calls failed\n`,
        )
        expect(requests).toBeLessThanOrEqual(12)
        expect(backMs).toBeLessThan(9_000)
      } finally {
        await stage.close()
      }
    },
    longestTestMs,
  )

  test.concurrent(
    'answering 503 gets thirteen requests at most from ten tabs, which go on, and renew when the pause is over',
    async () => {
      const stage = await startStage()
      try {
        const pages = await goOnThroughOutage(stage, () =>
          stage.authorizationServer.setFault({ when: 'before', kind: 'reply', status: 503 }),
        )
        const states = await Promise.all(pages.map(stateOf))
        stage.authorizationServer.setFault(undefined)
        const retryAt = Math.max(
          ...states.map((state) =>
            state.status === 'signed-in' && state.refresh.phase === 'waiting'
              ? state.refresh.retryAt
              : 0,
          ),
        )
        const renewedAt = await renewalOf(pages, 70_000)
        expect(renewedAt - retryAt).toBeLessThan(2_000)
        await endWell(stage, pages)
      } finally {
        await stage.close()
      }
    },
    longestTestMs,
  )

  test.concurrent(
    'cutting connections gets thirteen requests at most from ten tabs, which go on, and renew as soon as they are online',
    async () => {
      const stage = await startStage()
      try {
        const pages = await goOnThroughOutage(stage, () => cutTokenEndpoint(stage))
        stage.authorizationServer.setFault(undefined)
        const onlineAt = Date.now()
        await sayOnline(pages)
        const renewedAt = await renewalOf(pages, 70_000)
        expect(renewedAt - onlineAt).toBeLessThan(2_000)
        await endWell(stage, pages)
      } finally {
        await stage.close()
      }
    },
    longestTestMs,
  )
})
