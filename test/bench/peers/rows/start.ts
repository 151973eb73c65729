import { able, inTurns, samples, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const reloadsPerRound = 5

export const start: Row = {
  id: 'start',
  async measure(stage) {
    const times: Record<string, number[]> = {}
    await inTurns(able(stage, 'start'), stage.rounds, async (subject) => {
      const own = (times[subject.id] ??= [])
      const trial = await stage.open(subject)
      const pages = await trial.openTabs(1)
      for (let count = 0; count < reloadsPerRound; count += 1) {
        for (const { outcome, sinceNavigationMs } of await trial.reload(pages)) {
          if (outcome !== 200) throw new Error(`${subject.id} after a reload: ${outcome}`)
          own.push(sinceNavigationMs)
        }
      }
      await trial.close()
    })
    return [
      {
        id: 'start',
        title: 'One tab reloaded',
        columns: ['to the first authorised response, ms'],
        cells: withBlanks(
          stage,
          'start',
          1,
          Object.fromEntries(
            Object.entries(times).map(([id, values]): [string, Cell[]] => [id, [samples(values)]]),
          ),
        ),
        plot: { file: 'start' },
      },
    ]
  },
}
