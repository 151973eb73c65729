import type { RowId, Table } from '../rows/row.ts'
import type { SubjectInfo } from '../subjects.ts'
import { markdownOf } from './markdown.ts'
import { summaryMarks } from './summary.ts'

/** With whom and where was measured. Figures of two of these are never on one page. */
export interface Setting {
  readonly browser: string
  readonly machine: string
  /** By the subjects' ids. */
  readonly versions: Readonly<Record<string, string>>
}

/** What is kept of a row: all its subjects in one run. */
export interface KeptRow {
  readonly id: RowId
  readonly day: string
  readonly rounds: number
  readonly tables: readonly Table[]
}

export interface Results {
  readonly setting: Setting
  readonly rows: readonly KeptRow[]
}

export const tablesOf = ({ rows }: Results): readonly Table[] =>
  rows.flatMap(({ tables }) => tables)

/** With a row measured anew; alone, if something else has changed since the others. */
export function withRow(kept: Results | undefined, setting: Setting, row: KeptRow): Results {
  const isSame = kept !== undefined && JSON.stringify(kept.setting) === JSON.stringify(setting)
  const others = isSame ? kept.rows.filter(({ id }) => id !== row.id) : []
  return { setting, rows: [...others, row] }
}

/** The page of results. */
export function resultsPage(
  results: Results,
  subjects: readonly SubjectInfo[],
  summary: string,
): string {
  const { browser, machine, versions } = results.setting
  const when = [
    ...new Set(
      results.rows.map(
        ({ day, rounds }) => `${day} (${rounds} ${rounds === 1 ? 'round' : 'rounds'})`,
      ),
    ),
  ]
  const who = subjects.map(
    ({ id, name, settings }) => `| ${name} | ${versions[id] ?? 'of this tree'} | ${settings} |`,
  )
  return `# Beside the others: results

Made by \`npm run bench:peers\`, on ${when.join(' and ')}: ${browser}, ${machine}. Every table is of one run, in which the subjects take turns. [How it is measured](peers/README.md), and what it does not say. A figure is a median, with the quarters in brackets; a dash is a blank, with its reason.

## In short

${summaryMarks[0]}

${summary}

${summaryMarks[1]}

¹ What an app imports with all it depends on, minified, brotli. ² Ten tabs with ten requests each, at a server with rotation and reuse detection, without a grace. ³ While it is good. ⁴ To the first authorised response.

## Who

| | version | settings |
| --- | --- | --- |
${who.join('\n')}

${tablesOf(results)
  .map((table) => withPlot(markdownOf(table, subjects), table))
  .join('\n')}`
}

function withPlot(markdown: string, { title, plot }: Table): string {
  return plot ? `${markdown}\n![${title}](plots/${plot.file}.svg)\n` : markdown
}
