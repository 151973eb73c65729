import type { Table } from '../rows/row.ts'
import type { SubjectInfo } from '../subjects.ts'
import { markdownOf } from './markdown.ts'
import { summaryMarks } from './summary.ts'

/** A whole run, as it is kept. */
export interface Results {
  readonly browser: string
  readonly machine: string
  readonly day: string
  readonly tookMinutes: number
  readonly rounds: number
  /** By the subjects' ids. */
  readonly versions: Readonly<Record<string, string>>
  readonly tables: readonly Table[]
}

/** The page of results. */
export function resultsPage(
  { browser, machine, day, tookMinutes, rounds, versions, tables }: Results,
  subjects: readonly SubjectInfo[],
  summary: string,
): string {
  const who = subjects.map(
    ({ id, name, settings }) => `| ${name} | ${versions[id] ?? '–'} | ${settings} |`,
  )
  return `# Beside the others: results

Made by \`npm run bench:peers\`, in one run of ${tookMinutes} minutes on ${day}: ${browser}, ${machine}, ${rounds} rounds. [How it is measured](peers/README.md), and what it does not say. A figure is a median, with the quarters in brackets; a dash is a blank, with its reason.

## In short

${summaryMarks[0]}

${summary}

${summaryMarks[1]}

¹ What an app imports with all it depends on, minified, brotli. ² Ten tabs with ten requests each, at a server with rotation and reuse detection, without a grace. ³ While it is good. ⁴ To the first authorised response.

## Who

| | version | settings |
| --- | --- | --- |
${who.join('\n')}

${tables.map((table) => withPlot(markdownOf(table, subjects), table)).join('\n')}`
}

function withPlot(markdown: string, { title, plot }: Table): string {
  return plot ? `${markdown}\n![${title}](plots/${plot.file}.svg)\n` : markdown
}
