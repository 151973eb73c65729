import type { Page } from 'playwright-core'
import type { Trial } from '../trial.ts'
import { able, inTurns, samples, text, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const renewals = 1_000
const calls = 100_000
/** Whoever is slower has done fewer by then. */
const longestMs = 10_000

interface Held {
  readonly started: number
  readonly renewed: number
  readonly called: number
}

export const heap: Row = {
  id: 'heap',
  async measure(stage) {
    const held: Record<string, Held[]> = {}
    await inTurns(able(stage, 'heap'), Math.ceil(stage.rounds / 2), async (subject) => {
      const trial = await stage.open(subject)
      // A page that has only been started: another one of the profile has signed in.
      await trial.openTabs(1)
      const [page] = await trial.openTabs(1)
      if (!page) return
      const started = await heldIn(trial, page)
      await page.evaluate(repeat, { what: 'renew', times: renewals, longestMs } as const)
      const renewed = await heldIn(trial, page)
      await page.evaluate(repeat, { what: 'getAccessToken', times: calls, longestMs } as const)
      ;(held[subject.id] ??= []).push({ started, renewed, called: await heldIn(trial, page) })
      await trial.close()
    })
    const blankPage = Math.min(...(held['plain-fetch'] ?? []).map(({ started }) => started))
    const cells = Object.entries(held)
      .filter(([id]) => id !== 'plain-fetch')
      .map(([id, list]): [string, Cell[]] => [
        id,
        [
          samples(list.map(({ started }) => started - blankPage)),
          samples(list.map(({ renewed, started }) => renewed - started)),
          samples(list.map(({ called, renewed }) => called - renewed)),
        ],
      ])
    const floor = [text('0'), text('–'), text('–')]
    return [
      {
        id: 'heap',
        title: 'What the page holds, KiB',
        note: 'After a garbage collection, of the JavaScript heap, over the page with plain fetch; then what came to it. Whoever takes longer than 10 s has done fewer by then.',
        columns: [
          'after its start',
          `after ${spaced(renewals)} renewals: more`,
          `after ${spaced(calls)} tokens asked for: more`,
        ],
        cells: withBlanks(stage, 'heap', 3, {
          ...Object.fromEntries(cells),
          'plain-fetch': floor,
        }),
        plot: { file: 'heap' },
      },
    ]
  },
}

/** Runs in the page. */
async function repeat(order: {
  readonly what: 'renew' | 'getAccessToken'
  readonly times: number
  readonly longestMs: number
}): Promise<void> {
  const subject = await window.bench.subject
  const from = performance.now()
  for (let done = 0; done < order.times; done += 1) {
    await subject[order.what]()
    if (performance.now() - from > order.longestMs) return
  }
}

const spaced = (count: number): string => count.toLocaleString('en').replace(',', ' ')

async function heldIn(trial: Trial, page: Page): Promise<number> {
  const protocol = await trial.protocolOf(page)
  // What is over may keep something until the next turn.
  for (let count = 0; count < 2; count += 1) {
    await protocol.send('HeapProfiler.collectGarbage')
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
  }
  const { usedSize } = await protocol.send('Runtime.getHeapUsage')
  await protocol.detach()
  return usedSize / 1_024
}
