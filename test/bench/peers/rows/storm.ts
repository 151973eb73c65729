import { medianOf } from '../figures.ts'
import { able, inTurns, number, samples, text, withBlanks } from './row.ts'
import type { Cell, Row, Table } from './row.ts'

const tabCounts = [1, 2, 5, 10, 20, 50]
const requestsPerTab = 10
export const tokenEndpointMs = 50
/** In the same tabs, one after the other, as long as there is a session. */
const stormsPerRound = 3

interface Storm {
  readonly tookMs: number
  readonly grants: number
  readonly replays: number
  readonly failed: number
  readonly sent: number
}

export const storm: Row = {
  id: 'storm',
  async measure(stage) {
    const storms = new Map<string, Storm[]>()
    const at = (id: string, tabs: number): Storm[] => {
      const key = `${id} ${tabs}`
      const list = storms.get(key) ?? []
      storms.set(key, list)
      return list
    }
    for (const tabs of tabCounts) {
      const rounds = tabs < 20 ? stage.rounds : 1
      await inTurns(able(stage, 'storm'), rounds, async (subject) => {
        const trial = await stage.open(subject, { conditions: { tokenDelayMs: tokenEndpointMs } })
        const pages = await trial.openTabs(tabs)
        // Preflights and connections are there before anything is measured.
        await trial.fire(pages, requestsPerTab)
        for (let count = 0; count < stormsPerRound; count += 1) {
          const before = trial.server.counts()
          const volleys = await trial.fire(pages, requestsPerTab, { expired: true })
          const after = trial.server.counts()
          if (volleys.late) continue
          at(subject.id, tabs).push({
            ...volleys,
            grants: after.grants - before.grants,
            replays: after.replays - before.replays,
          })
          if (after.sessionsLost > 0) break
        }
        await trial.close()
      })
    }
    const floor = (tabs: number): number =>
      tokenEndpointMs + medianOf(at('plain-fetch', tabs).map(({ tookMs }) => tookMs))
    const cells = (cell: (list: readonly Storm[], tabs: number) => Cell): Table['cells'] =>
      withBlanks(
        stage,
        'storm',
        tabCounts.length,
        Object.fromEntries(
          able(stage, 'storm').map(({ id }) => [
            id,
            tabCounts.map((tabs) => cell(at(id, tabs), tabs)),
          ]),
        ),
      )
    const columns = tabCounts.map((tabs) => (tabs === 1 ? '1 tab' : `${tabs} tabs`))
    return [
      {
        id: 'storm',
        title: 'Storm: what came of it',
        note: `Each tab sends ${requestsPerTab} requests, all at one moment, with an access token that has run out. Shown: refresh tokens that were accepted, in one storm; spent ones that were presented; requests that did not end with a 200; whether the session lives.`,
        columns,
        cells: cells((list) => text(summaryOf(list))),
      },
      {
        id: 'storm-time',
        title: 'Storm: time to the last response, ms',
        note: `Of the storms in which no request failed. The token endpoint takes ${tokenEndpointMs} ms.`,
        columns,
        cells: cells((list) =>
          timesOf(list).length > 0 ? samples(timesOf(list)) : text('requests failed'),
        ),
        plot: { file: 'storm', left: ['1 tab', '2 tabs', '5 tabs', '50 tabs'] },
      },
      {
        id: 'storm-ratio',
        title: `Storm: time, over ${tokenEndpointMs} ms + what plain fetch needs`,
        columns,
        cells: cells((list, tabs) =>
          timesOf(list).length > 0
            ? number(medianOf(timesOf(list)) / floor(tabs), 2)
            : text('requests failed'),
        ),
      },
    ]
  },
}

/** The times of the storms in which nothing went wrong. */
const timesOf = (list: readonly Storm[]): readonly number[] =>
  list.filter(({ failed }) => failed === 0).map(({ tookMs }) => tookMs)

const isLost = ({ replays }: Storm): boolean => replays > 0

function summaryOf(list: readonly Storm[]): string {
  const mean = (of: (one: Storm) => number): number =>
    list.reduce((sum, one) => sum + of(one), 0) / Math.max(list.length, 1)
  const some = (value: number, word: string): string => {
    const shown = Number(value.toFixed(1))
    return `${shown} ${word}${shown === 1 ? '' : 's'}`
  }
  const [replays, failed] = [mean((one) => one.replays), mean((one) => one.failed)]
  const lost = list.filter(isLost).length
  return [
    some(
      mean(({ grants }) => grants),
      'grant',
    ),
    ...(replays > 0 ? [some(replays, 'replay')] : []),
    ...(failed > 0 ? [`${Math.round((100 * failed) / mean(({ sent }) => sent))} % failed`] : []),
    ...(lost > 0 ? [lost === list.length ? '**lost**' : `**lost** ${lost} of ${list.length}`] : []),
  ].join(', ')
}
