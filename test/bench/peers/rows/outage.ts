import type { Page } from 'playwright-core'
import type { Trial } from '../trial.ts'
import { able, inTurns, number, text, withBlanks } from './row.ts'
import type { Cell, Row } from './row.ts'

const tabs = 10
const outageMs = 30_000
const askEveryMs = 1_000
/** Who is not back by then counts as lost: longer than any pause that a subject makes. */
const watchMs = 70_000

interface Asked {
  readonly startedAt: number
  readonly finishedAt: number
  readonly outcome: number | string
}

export const outage: Row = {
  id: 'outage',
  async measure(stage) {
    const open: Opened[] = []
    // One after the other: the tabs of all at once are too many to start.
    await inTurns(able(stage, 'outage'), 1, async (subject) => {
      const trial = await stage.open(subject)
      open.push({ id: subject.id, trial, pages: await trial.openTabs(tabs) })
    })
    const cells = Object.fromEntries(
      await Promise.all(open.map(async (one) => [one.id, await outlast(one)] as const)),
    )
    return [
      {
        id: 'outage',
        title: 'The token endpoint is down for 30 s',
        note: `Ten tabs ask every second with a token that has run out; the answer is a 503, at once.`,
        columns: [
          'token requests, all tabs, until all are back',
          'replays',
          'session',
          'last tab back after, s',
          'calls made after the outage that failed',
        ],
        cells: withBlanks(stage, 'outage', 5, cells),
      },
    ]
  },
}

interface Opened {
  readonly id: string
  readonly trial: Trial
  readonly pages: readonly Page[]
}

async function outlast({ trial, pages }: Opened): Promise<readonly Cell[]> {
  const before = trial.server.counts()
  trial.server.conditions.isDown = true
  await trial.fire(pages, 0, { expired: true })
  await Promise.all(pages.map((page) => beginAsking(page, trial.apiUrl)))
  await sleep(outageMs)
  trial.server.conditions.isDown = false
  const overAt = Date.now()
  const back = await Promise.all(pages.map((page) => backAt(page, overAt)))
  const asked = (await Promise.all(pages.map(endAsking))).flat()
  const after = trial.server.counts()
  await trial.close()
  const missing = back.filter((at) => at === undefined).length
  const last = Math.max(...back.map((at) => (at ?? overAt) - overAt)) / 1_000
  const failed = asked.filter(({ outcome, startedAt }) => outcome !== 200 && startedAt > overAt)
  return [
    number(after.refreshRequests - before.refreshRequests),
    number(after.replays),
    text(after.sessionsLost > 0 || missing === tabs ? '**lost**' : 'lives'),
    missing > 0
      ? text(`${missing} of ${tabs} tabs not within ${watchMs / 1_000} s`)
      : number(last, 1),
    number(failed.length),
  ]
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

declare global {
  interface Window {
    asked: Asked[]
    asking: number
  }
}

function beginAsking(page: Page, apiUrl: string): Promise<void> {
  return page.evaluate(
    ({ url, everyMs }) => {
      window.asked = []
      const ask = async (): Promise<void> => {
        const startedAt = window.clock.wall()
        const outcome = await window.bench.send(url)
        window.asked.push({ startedAt, finishedAt: window.clock.wall(), outcome })
      }
      void ask()
      window.asking = window.setInterval(() => void ask(), everyMs)
    },
    { url: apiUrl, everyMs: askEveryMs },
  )
}

/** When it had its first good response after the outage. */
async function backAt(page: Page, overAt: number): Promise<number | undefined> {
  const good = await page
    .waitForFunction(
      (over) =>
        window.asked.find(({ outcome, finishedAt }) => outcome === 200 && finishedAt > over),
      overAt,
      { timeout: watchMs, polling: 50 },
    )
    .catch(() => undefined)
  return (await good?.jsonValue())?.finishedAt
}

function endAsking(page: Page): Promise<readonly Asked[]> {
  return page.evaluate(() => {
    clearInterval(window.asking)
    return window.asked
  })
}
