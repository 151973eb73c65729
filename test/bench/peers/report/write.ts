import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { rows } from '../rows/index.ts'
import { subjects } from '../subjects.ts'
import { plotOf } from './plots.ts'
import { resultsPage, tablesOf, withRow } from './results.ts'
import type { KeptRow, Results, Setting } from './results.ts'
import { summaryOf, withSummary } from './summary.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const folder = `${root}test/bench/`
const file = `${folder}results.json`

/** Keeps a row in `results.json`, and makes the report anew. */
export async function keepRow(setting: Setting, row: KeptRow): Promise<void> {
  const results = withRow(keptResults(), setting, row)
  const order = rows.map(({ id }) => id)
  const sorted = results.rows.toSorted(
    (one, other) => order.indexOf(one.id) - order.indexOf(other.id),
  )
  await writeFormatted(file, JSON.stringify({ ...results, rows: sorted }))
  await writeReport()
}

/** Writes the page of results, its plots, and the table in the README, from what is kept. */
export async function writeReport(): Promise<void> {
  const results = keptResults()
  if (!results) throw new Error('Nothing has been measured yet.')
  const tables = tablesOf(results)
  const summary = summaryOf(tables, subjects)
  mkdirSync(`${folder}plots`, { recursive: true })
  for (const table of tables) {
    if (!table.plot) continue
    writeFileSync(`${folder}plots/${table.plot.file}.svg`, plotOf(table, table.plot, subjects))
  }
  await writeFormatted(`${folder}RESULTS.md`, resultsPage(results, subjects, summary))
  const readme = `${root}README.md`
  await writeFormatted(readme, withSummary(readFileSync(readme, 'utf8'), summary))
}

function keptResults(): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined
}

async function writeFormatted(path: string, text: string): Promise<void> {
  const options = await resolveConfig(path)
  writeFileSync(path, await format(text, { ...options, filepath: path }))
}
