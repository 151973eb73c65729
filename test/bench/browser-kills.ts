import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CourierOptions } from '../../src/courier/index.ts'
import { cutRenewals, summary } from '../browser/courier/cut-renewals.ts'
import { launchFrom } from '../browser/drivers.ts'
import { startStageIn } from '../browser/harness.ts'

const kinds: readonly [string, CourierOptions | undefined][] = [
  ['a SharedWorker', {}],
  ['a service worker', { serviceWorker: '/tokenring-courier.js' }],
  ['no courier', undefined],
]

/**
 * Kills the process of the last page, and the whole browser, in the middle of a renewal at a server
 * without grace, and says what a courier saved of it. Chromium, whose profile is used again.
 */
export async function browserKills(count: number, seed: number): Promise<void> {
  for (const [kind, courier] of kinds) {
    const userDataDir = await mkdtemp(join(tmpdir(), 'killed-browser-'))
    let browser = await launchFrom(userDataDir)
    const launch = async () => ({
      newPage: () => browser.newPage(),
      newProfile: async () => {},
      close: () => browser.close(),
    })
    const stage = await startStageIn(launch, { managerOptions: { refreshAhead: 'never' } })
    try {
      const ways = Array.from({ length: count }, () => ['crashed', 'killed'] as const).flat()
      const cuts = await cutRenewals(stage, {
        courier,
        ways,
        seed,
        async go(page, way, path) {
          if (way === 'crashed') {
            const session = await page.createCDPSession()
            const crashed = new Promise((resolve) => page.once('error', resolve))
            // Nobody is there to answer it.
            void session.send('Page.crash').catch(() => undefined)
            await crashed
            void page.close().catch(() => undefined)
          } else {
            browser.kill()
            browser = await launchFrom(userDataDir)
          }
          return stage.newPage(path)
        },
      })
      process.stdout.write(`${kind}: ${summary(cuts)}\n`)
      const ends = cuts.flatMap(({ end }) => end ?? [])
      if (ends.some((end) => end !== 'rotation-lost')) {
        throw new Error(`A session ended for another reason: ${ends.join()}`)
      }
    } finally {
      await stage.close()
      await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
