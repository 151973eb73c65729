import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { findChromium } from '../../browser/find-chromium.ts'
import { startPageServer } from './page-server.ts'
import { markdownOf } from './report/markdown.ts'
import { keepRow, writeReport } from './report/write.ts'
import { rows } from './rows/index.ts'
import type { Row, Table } from './rows/row.ts'
import { subjects as allSubjects, versionOf } from './subjects.ts'
import type { SubjectInfo } from './subjects.ts'
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
  const pages = await startPageServer(subjects)
  try {
    for (const row of chosenRows) {
      const from = Date.now()
      const { browser, tables } = await measure(row, subjects, rounds, pages.origin)
      process.stderr.write(`${row.id}: ${Math.round((Date.now() - from) / 1_000)} s\n`)
      process.stdout.write(`${tables.map((table) => markdownOf(table, subjects)).join('\n')}\n`)
      if (values.subjects !== undefined) continue
      const setting = { browser, machine: `${cpus().length} cores, ${process.platform}` }
      const day = new Date().toISOString().slice(0, 10)
      await keepRow({ ...setting, versions: versions() }, { id: row.id, day, rounds, tables })
    }
  } finally {
    await pages.close()
  }
}

/** Measures one row, in a browser of its own. */
async function measure(
  row: Row,
  subjects: readonly SubjectInfo[],
  rounds: number,
  pageOrigin: string,
): Promise<{ readonly browser: string; readonly tables: readonly Table[] }> {
  const browser = await launch()
  const trials: Promise<Trial>[] = []
  try {
    const tables = await row.measure({
      subjects,
      rounds,
      open(subject, options) {
        const trial = openTrial(browser, pageOrigin, subject, options)
        trials.push(trial)
        return trial
      },
    })
    // Every part has failed since then, and would count as one that is not measured.
    if (!browser.isConnected()) throw new Error('The browser has died.')
    return { browser: `Chromium ${browser.version()}`, tables }
  } finally {
    // Those of a part that failed are still open.
    for (const trial of trials) await trial.then(({ close }) => close()).catch(() => undefined)
    await browser.close()
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
