import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CourierOptions } from '../../../src/courier/index.ts'
import type { Engine, EngineName, EnginePage } from '../engines/engine.ts'
import { enginesInUse } from '../engines/engines-in-use.ts'
import { launchEngine } from '../engines/launch-engine.ts'
import { startStageIn, type Stage } from '../harness.ts'
import { byUser, cutRenewals, summary, waysToGo, type Cut } from './cut-renewals.ts'

/** How many pages go in each way: `CUTS=200` for a long run, `SEED` for other moments. */
const { CUTS = '10', SEED = '1' } = process.env
const countOfEach = Number(CUTS)
/** Origins that are tried side by side: each has one page only, the last one. They mostly wait. */
const lanes = 4
const longestMs = 120_000 + countOfEach * 30_000

const serviceWorker: CourierOptions = { serviceWorker: '/tokenring-courier.js' }
const kinds: Readonly<Record<EngineName, readonly [string, CourierOptions][]>> = {
  chromium: [
    ['a SharedWorker', {}],
    ['a service worker', serviceWorker],
  ],
  firefox: [['a service worker', serviceWorker]],
  webkit: [['a service worker', serviceWorker]],
}

describe.each(enginesInUse())(
  'pages that go in the middle of a renewal, at a server without grace, in %s',
  (name) => {
    let engine: Engine
    let stages: readonly Stage<EnginePage>[]

    beforeAll(async () => {
      engine = await launchEngine(name)
      // The browser itself goes on when the last page is closed.
      await engine.newPage('about:blank')
      const launch = async () => ({
        newPage: () => engine.newPage('about:blank'),
        newProfile: () => engine.newProfile(),
        close: async () => {},
      })
      const starting = Array.from({ length: lanes }, () =>
        startStageIn(launch, { managerOptions: { refreshAhead: 'never' } }),
      )
      stages = await Promise.all(starting)
    })
    afterAll(async () => {
      await engine?.close()
      await Promise.all((stages ?? []).map((stage) => stage.close()))
    })

    async function cut(courier: CourierOptions | undefined): Promise<readonly Cut<string>[]> {
      const ways = Array.from({ length: countOfEach }, () => waysToGo).flat()
      const cuts = await Promise.all(
        stages.map((stage, lane) =>
          cutRenewals(stage, {
            courier,
            go: byUser(stage),
            ways: ways.filter((_, index) => index % lanes === lane),
            seed: Number(SEED) * lanes + lane,
          }),
        ),
      )
      return cuts.flat()
    }

    test.each(kinds[name])(
      'lose no session with %s for a courier, and ask once',
      async (kind, courier) => {
        const cuts = await cut(courier)
        say(name, kind, cuts)
        expect(cuts.filter(({ end }) => end !== undefined)).toEqual([])
        expect(cuts.filter(({ grants, replays }) => grants !== 1 || replays > 0)).toEqual([])
        // Else nothing was cut, and nothing shown.
        expect(cuts.filter(({ isCollected }) => isCollected).length).toBeGreaterThan(0)
      },
      longestMs,
    )

    test(
      'lose as many sessions without a courier as replies were cut',
      async () => {
        const cuts = await cut(undefined)
        say(name, 'no courier', cuts)
        const lost = cuts.filter(({ end }) => end !== undefined)
        expect(lost.map(({ end }) => end)).toEqual(lost.map(() => 'rotation-lost'))
        expect(lost).toEqual(cuts.filter(({ cutReplies }) => cutReplies > 0))
        expect(lost.length).toBeGreaterThan(0)
      },
      longestMs,
    )
  },
)

function say(name: EngineName, kind: string, cuts: readonly Cut<string>[]): void {
  process.stdout.write(`${name}, ${kind}: ${summary(cuts)}\n`)
}
