import type { CDPSession } from 'playwright-core'
import { medianOf } from '../figures.ts'
import type { PageCounts } from '../page/instruments.ts'
import { able, inTurns, number, samples, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const tabs = 3
const renewalsPerRound = 20
const pauseMs = 60

interface Cost {
  readonly cpuMs: number
  readonly counts: PageCounts
}

export const renewal: Row = {
  id: 'renewal',
  async measure(stage) {
    const costs: Record<string, { here: Cost[]; there: Cost[] }> = {}
    await inTurns(able(stage, 'renewal'), stage.rounds, async (subject) => {
      const own = (costs[subject.id] ??= { here: [], there: [] })
      const trial = await stage.open(subject, { counts: true })
      const pages = await trial.openTabs(tabs)
      const protocols = await Promise.all(pages.map(trial.protocolOf))
      await Promise.all(protocols.map((protocol) => protocol.send('Performance.enable')))
      const [renewing] = pages
      const run = async (renews: boolean): Promise<readonly number[]> => {
        const before = await Promise.all(protocols.map(busyMs))
        await renewing?.evaluate(renewAgain, { renewals: renewalsPerRound, pauseMs, renews })
        const after = await Promise.all(protocols.map(busyMs))
        return after.map((value, index) => value - (before[index] ?? 0))
      }
      const idle = await run(false)
      const countsBefore = await Promise.all(
        pages.map((page) => page.evaluate(() => window.counts)),
      )
      const busy = await run(true)
      const countsAfter = await Promise.all(pages.map((page) => page.evaluate(() => window.counts)))
      for (const [index, after] of countsAfter.entries()) {
        const cpuMs = ((busy[index] ?? 0) - (idle[index] ?? 0)) / renewalsPerRound
        const counts = perRenewal(countsBefore[index] ?? after, after)
        ;(index === 0 ? own.here : own.there).push({ cpuMs, counts })
      }
      await trial.close()
    })
    const cellsOf = (list: readonly Cost[]): Cell[] => {
      const each = (of: (counts: PageCounts) => number): number =>
        medianOf(list.map(({ counts }) => of(counts)))
      return [
        samples(
          list.map(({ cpuMs }) => cpuMs),
          1,
        ),
        number(
          each(({ transactions }) => transactions),
          1,
        ),
        number(
          each(({ webStorageReads, webStorageWrites }) => webStorageReads + webStorageWrites),
          1,
        ),
        number(
          each(({ locks }) => locks),
          1,
        ),
        number(
          each(({ messagesSent, messagesReceived }) => messagesSent + messagesReceived),
          1,
        ),
      ]
    }
    const columns = [
      'main thread, ms',
      'IndexedDB transactions',
      'Web Storage reads and writes',
      'locks asked for',
      'messages sent and heard',
    ]
    const table = (where: 'here' | 'there'): ReturnType<typeof withBlanks> =>
      withBlanks(
        stage,
        'renewal',
        columns.length,
        Object.fromEntries(Object.entries(costs).map(([id, own]) => [id, cellsOf(own[where])])),
      )
    return [
      {
        id: 'renewal',
        title: 'One renewal, in the tab that renews',
        note: `Three tabs are open, and one of them renews ${renewalsPerRound} times in a row; the token endpoint answers at once.`,
        columns,
        cells: table('here'),
      },
      {
        id: 'renewal-elsewhere',
        title: 'One renewal, in each of the other tabs',
        columns,
        cells: table('there'),
      },
    ]
  },
}

function perRenewal(before: PageCounts, after: PageCounts): PageCounts {
  const names = Object.keys(after) as (keyof PageCounts)[]
  return Object.fromEntries(
    names.map((name) => [name, (after[name] - before[name]) / renewalsPerRound]),
  ) as PageCounts
}

async function busyMs(protocol: CDPSession): Promise<number> {
  const { metrics } = await protocol.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
}

/** Runs in the page. */
async function renewAgain({
  renewals,
  pauseMs: pause,
  renews,
}: {
  readonly renewals: number
  readonly pauseMs: number
  readonly renews: boolean
}): Promise<void> {
  const subject = await window.bench.subject
  for (let count = 0; count < renewals; count += 1) {
    if (renews) await subject.renew()
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
