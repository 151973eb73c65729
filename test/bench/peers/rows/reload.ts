import { able, inTurns, samples, text, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'
import { tokenEndpointMs } from './storm.ts'

const tabs = 10

export const reload: Row = {
  id: 'reload',
  async measure(stage) {
    const times: Record<
      string,
      { good: number[]; expired: number[]; failed: number; lost: number }
    > = {}
    await inTurns(able(stage, 'reload'), stage.rounds, async (subject) => {
      const own = (times[subject.id] ??= { good: [], expired: [], failed: 0, lost: 0 })
      const trial = await stage.open(subject, { conditions: { tokenDelayMs: tokenEndpointMs } })
      const pages = await trial.openTabs(tabs)
      for (const expired of [false, true]) {
        const responses = await trial.reload(pages, { expired })
        const last = Math.max(...responses.map(({ tookMs }) => tookMs))
        ;(expired ? own.expired : own.good).push(last)
        own.failed += responses.filter(({ outcome }) => outcome !== 200).length
      }
      own.lost += Math.sign(trial.server.counts().sessionsLost)
      await trial.close()
    })
    const cells = Object.fromEntries(
      Object.entries(times).map(([id, { good, expired, failed, lost }]): [string, Cell[]] => [
        id,
        [
          text(lost > 0 ? `lost, ${lost} of ${stage.rounds}` : 'lives'),
          text(String(failed)),
          samples(good),
          lost > 0 ? text('session lost') : samples(expired),
        ],
      ]),
    )
    return [
      {
        id: 'reload',
        title: 'Ten tabs reloaded at once',
        note: 'From the moment of reloading to the last tab’s first response, ms.',
        columns: ['session', 'failed requests', 'token good', 'token run out'],
        cells: withBlanks(stage, 'reload', 4, cells),
      },
    ]
  },
}
