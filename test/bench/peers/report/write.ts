import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { subjects } from '../subjects.ts'
import { plotOf } from './plots.ts'
import { resultsPage } from './results.ts'
import type { Results } from './results.ts'
import { summaryOf, withSummary } from './summary.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const folder = `${root}test/bench/`

/** Writes the page of results, its plots, and the table in the README. */
export async function writeResults(results: Results): Promise<void> {
  await writeFormatted(`${folder}results.json`, JSON.stringify(results))
  await writeReport(results)
}

/** The report of a run that is kept, made anew. */
export async function writeKeptResults(): Promise<void> {
  await writeReport(JSON.parse(readFileSync(`${folder}results.json`, 'utf8')) as Results)
}

async function writeReport(results: Results): Promise<void> {
  const summary = summaryOf(results.tables, subjects)
  mkdirSync(`${folder}plots`, { recursive: true })
  for (const table of results.tables) {
    if (!table.plot) continue
    writeFileSync(`${folder}plots/${table.plot.file}.svg`, plotOf(table, table.plot, subjects))
  }
  await writeFormatted(`${folder}RESULTS.md`, resultsPage(results, subjects, summary))
  const readme = `${root}README.md`
  await writeFormatted(readme, withSummary(readFileSync(readme, 'utf8'), summary))
}

async function writeFormatted(path: string, text: string): Promise<void> {
  const options = await resolveConfig(path)
  writeFileSync(path, await format(text, { ...options, filepath: path }))
}
