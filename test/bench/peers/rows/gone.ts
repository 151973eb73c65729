import { untilReady } from '../trial.ts'
import { able, inTurns, text, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const triesPerRound = 2
/** The answer is on its way for so long after the server has rotated … */
const replyDelayMs = 400
/** … and the page is reloaded so long after the request came. */
const reloadAfterMs = 100

export const gone: Row = {
  id: 'gone',
  async measure(stage) {
    const kept: Record<string, number> = {}
    const tries = triesPerRound * stage.rounds
    await inTurns(able(stage, 'gone'), tries, async (subject) => {
      const trial = await stage.open(subject, { conditions: { replyDelayMs } })
      const pages = await trial.openTabs(1)
      for (const page of pages) {
        const before = trial.server.counts().refreshRequests
        await page.evaluate(() => void window.bench.subject.then(({ renew }) => renew()))
        while (trial.server.counts().refreshRequests === before) await sleep(5)
        await sleep(reloadAfterMs)
        await page.reload()
        await untilReady(page)
        await sleep(replyDelayMs)
      }
      const { failed } = await trial.fire(pages, 1, { expired: true })
      kept[subject.id] = (kept[subject.id] ?? 0) + (failed === 0 ? 1 : 0)
      await trial.close()
    })
    return [
      {
        id: 'gone',
        title: 'The page is reloaded in mid-renewal',
        note: `The server has rotated, and its answer is under way. Without a grace only those come through who have somebody else to receive it, or who ask the server for a new session at each start (keycloak-js).`,
        columns: ['session kept'],
        cells: withBlanks(
          stage,
          'gone',
          1,
          Object.fromEntries(
            Object.entries(kept).map(([id, count]): [string, Cell[]] => [
              id,
              [text(`${count} of ${tries}`)],
            ]),
          ),
        ),
      },
    ]
  },
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
