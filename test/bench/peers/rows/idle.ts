import { able, number, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const minuteMs = 60_000

export const idle: Row = {
  id: 'idle',
  async measure(stage) {
    const cells: Record<string, Cell[]> = {}
    const wakeUps = async (
      subject: (typeof stage.subjects)[number],
      hidden: boolean,
    ): Promise<readonly number[]> => {
      const trial = await stage.open(subject, { counts: true, hidden })
      const [page] = await trial.openTabs(1)
      if (!page) return []
      const before = await page.evaluate(() => window.counts)
      await new Promise((resolve) => setTimeout(resolve, minuteMs))
      const after = await page.evaluate(() => window.counts)
      await trial.close()
      const runs = (of: typeof after): number => of.timersRun + of.intervalRuns
      return [runs(after) - runs(before), after.workers]
    }
    await Promise.all(
      able(stage, 'idle').map(async (subject) => {
        const [[seen = 0, workers = 0], [hidden = 0]] = await Promise.all([
          wakeUps(subject, false),
          wakeUps(subject, true),
        ])
        cells[subject.id] = [number(seen), number(hidden), number(workers)]
      }),
    )
    return [
      {
        id: 'idle',
        title: 'A minute in which nobody does anything',
        note: 'Timers that run in the page. What a worker does is not seen.',
        columns: ['visible', 'hidden', 'workers'],
        cells: withBlanks(stage, 'idle', 3, cells),
      },
    ]
  },
}
