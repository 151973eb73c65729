import type { Page } from 'playwright-core'
import type { Trial } from '../trial.ts'
import { able, inTurns, samples, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const samplesPerRound = 5
const warmUps = 3

interface Sample {
  readonly getMs: number
  readonly fetchMs: number
}

export const hotPath: Row = {
  id: 'hot-path',
  async measure(stage) {
    const subjects = able(stage, 'hot-path')
    const open = new Map<string, { readonly trial: Trial; readonly page: Page }>()
    for (const subject of subjects) {
      const trial = await stage.open(subject, { stub: true })
      const [page] = await trial.openTabs(1)
      if (!page) continue
      // Whatever the engine makes faster, it has by then.
      for (let count = 0; count < warmUps; count += 1) {
        await page.evaluate(takeSample, trial.apiUrl)
      }
      open.set(subject.id, { trial, page })
    }
    const taken: Record<string, Sample[]> = {}
    await inTurns(subjects, stage.rounds * samplesPerRound, async ({ id }) => {
      const tab = open.get(id)
      if (!tab) return
      const sample = await tab.page.evaluate(takeSample, tab.trial.apiUrl)
      ;(taken[id] ??= []).push(sample)
    })
    for (const { trial } of open.values()) await trial.close()
    const cells = Object.entries(taken).map(([id, list]): [string, Cell[]] => [
      id,
      [
        samples(
          list.map(({ getMs }) => getMs * 1_000),
          2,
        ),
        samples(
          list.map(({ fetchMs }) => fetchMs * 1_000),
          2,
        ),
      ],
    ])
    return [
      {
        id: 'hot-path',
        title: 'While the token is good',
        note: 'Microseconds per call; the network answers at once, and what that takes is taken off.',
        columns: ['an access token, µs', 'what a request costs more, µs'],
        cells: withBlanks(stage, 'hot-path', 2, Object.fromEntries(cells)),
        plot: { file: 'hot-path', most: 15 },
      },
    ]
  },
}

/** Runs in the page. */
async function takeSample(url: string): Promise<Sample> {
  const sampleMs = 60
  const batch = 200
  const subject = await window.bench.subject

  async function perCall(task: () => Promise<unknown>): Promise<number> {
    const from = performance.now()
    let calls = 0
    while (performance.now() - from < sampleMs) {
      for (let call = 0; call < batch; call += 1) await task()
      calls += batch
    }
    return (performance.now() - from) / calls
  }
  const getMs = await perCall(() => subject.getAccessToken())
  const bareMs = await perCall(() => fetch(url))
  return { getMs, fetchMs: (await perCall(() => subject.fetch(url))) - bareMs }
}
