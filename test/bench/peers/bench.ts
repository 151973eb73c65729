import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { findChromium } from '../../browser/find-chromium.ts'
import { startPageServer } from './page-server.ts'
import { markdownOf } from './report/markdown.ts'
import type { Setting } from './report/results.ts'
import { keepRow, writeReport } from './report/write.ts'
import { rows } from './rows/index.ts'
import type { Stage } from './rows/row.ts'
import { subjects as allSubjects, versionOf } from './subjects.ts'
import { openTrial } from './trial.ts'
import type { Trial } from './trial.ts'

const usualRounds = 2

/** Runs what was asked for. A row with all subjects is kept, any other is only printed. */
export async function benchPeers(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string' },
      rounds: { type: 'string' },
      subjects: { type: 'string' },
      'report-only': { type: 'boolean' },
    },
  })
  if (values['report-only']) return writeReport()
  const chosenRows = chosen(rows, values.rows)
  const subjects = chosen(allSubjects, values.subjects)
  const rounds = Number(values.rounds ?? usualRounds)
  const browser = await launch()
  const pages = await startPageServer(subjects)
  const trials: Promise<Trial>[] = []
  const stage: Stage = {
    subjects,
    rounds,
    open(subject, options) {
      const trial = openTrial(browser, pages.origin, subject, options)
      trials.push(trial)
      return trial
    },
  }
  const setting: Setting = {
    browser: `Chromium ${browser.version()}`,
    machine: `${cpus().length} cores, ${process.platform}`,
    versions: versions(),
  }
  try {
    for (const { id, measure } of chosenRows) {
      const from = Date.now()
      const tables = await measure(stage)
      // Those of a part that failed are still open.
      for (const trial of trials.splice(0))
        await trial.then(({ close }) => close()).catch(() => undefined)
      process.stderr.write(`${id}: ${Math.round((Date.now() - from) / 1_000)} s\n`)
      process.stdout.write(`${tables.map((table) => markdownOf(table, subjects)).join('\n')}\n`)
      if (values.subjects !== undefined) continue
      await keepRow(setting, { id, day: new Date().toISOString().slice(0, 10), rounds, tables })
    }
  } finally {
    await browser.close()
    await pages.close()
  }
}

function versions(): Record<string, string> {
  const known = allSubjects.map((subject) => [subject.id, versionOf(subject)] as const)
  return Object.fromEntries(
    known.flatMap(([id, version]) => (version === undefined ? [] : [[id, version] as const])),
  )
}

function chosen<Item extends { readonly id: string }>(
  items: readonly Item[],
  names: string | undefined,
): readonly Item[] {
  if (names === undefined) return items
  return names.split(',').map((name) => {
    const item = items.find(({ id }) => id === name)
    if (item) return item
    throw new Error(`There is no ${name}, but ${items.map(({ id }) => id).join(', ')}.`)
  })
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    throw new Error('There is no Chromium, Chrome or Edge here; `npm test` gets one.')
  }
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: ['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}
