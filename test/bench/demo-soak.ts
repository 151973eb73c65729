import type { CDPSession, Page } from 'playwright-core'
import { startDemo } from '../browser/demo/demo-stage.ts'
import { median } from './median.ts'

const tabs = 10
const accessTokenTtlSeconds = 10
const sampleEveryMs = 30_000

/** What a look at the demo gives, every half minute. */
interface Sample {
  readonly heapMegabytes: number
  readonly framesPerSecond: number
}

/** Leaves the demo alone with ten tabs in use and short-lived tokens, and says what came of it. */
export async function soakDemo(minutes: number): Promise<void> {
  const demo = await startDemo(accessTokenTtlSeconds)
  try {
    const page = await demo.openSignedIn()
    await page.locator('input[type=number]').fill(String(tabs))
    await page.locator('input[type=number]').press('Tab')
    const session = await page.context().newCDPSession(page)
    const samples: Sample[] = []
    const until = Date.now() + minutes * 60_000
    while (Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, sampleEveryMs))
      const sample = await look(page, session)
      samples.push(sample)
      say(`${sample.heapMegabytes} MB, ${sample.framesPerSecond} frames/s`)
    }
    const { refreshGrants, replays, expiries, refreshRefused } = demo.authorizationServer.counters()
    const { ok, unauthorized } = demo.api.counters()
    const rates = samples.map(({ framesPerSecond }) => framesPerSecond)
    say(`
${tabs} tabs, ${minutes} min, access tokens of ${accessTokenTtlSeconds} s
expiries ${expiries}, refresh grants ${refreshGrants}, refused ${refreshRefused}, replays ${replays}
API: 200 ${ok} times, 401 ${unauthorized} times
heap: first ${samples[0]?.heapMegabytes} MB, last ${samples.at(-1)?.heapMegabytes} MB
frames/s: median ${median(rates)}, least ${Math.min(...rates)}`)
  } finally {
    await demo.close()
  }
}

async function look(page: Page, session: CDPSession): Promise<Sample> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const framesPerSecond = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const startedAt = performance.now()
        let frames = 0
        const count = (): void => {
          frames += 1
          const tookMs = performance.now() - startedAt
          if (tookMs < 2_000) requestAnimationFrame(count)
          else resolve(Math.round((frames / tookMs) * 1_000))
        }
        requestAnimationFrame(count)
      }),
  )
  return { heapMegabytes: Math.round(usedSize / 1e5) / 10, framesPerSecond }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
