import type { Cell, Table } from '../rows/row.ts'
import type { SubjectInfo } from '../subjects.ts'
import { shown } from './markdown.ts'

/** Between them stands the table that the README shares with the results. */
export const summaryMarks = ['<!-- beside the others -->', '<!-- end -->'] as const

interface Column {
  readonly head: string
  readonly table: string
  readonly column: number
}

const columns: readonly Column[] = [
  { head: 'size¹, kB', table: 'bytes', column: 0 },
  { head: 'ten tabs, token run out²', table: 'storm', column: 3 },
  { head: 'and time, ms', table: 'storm-time', column: 3 },
  { head: 'a token³, µs', table: 'hot-path', column: 0 },
  { head: 'one tab reloaded⁴, ms', table: 'start', column: 0 },
]

/** The few columns that say most, without the spread. */
export function summaryOf(tables: readonly Table[], subjects: readonly SubjectInfo[]): string {
  const cellOf = ({ table, column }: Column, id: string): Cell | undefined =>
    tables.find((one) => one.id === table)?.cells[id]?.[column]
  const lines = subjects.map(({ id, name }) => [
    name,
    ...columns.map((column) => briefly(cellOf(column, id))),
  ])
  const head = ['', ...columns.map((column) => column.head)]
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function briefly(cell: Cell | undefined): string {
  if (!cell || cell.kind === 'blank') return '–'
  return shown(cell).replace(/ \(.*\)$/, '')
}

/** The text with another table between the marks; a text without them shows none. */
export function withSummary(text: string, summary: string): string {
  const [from, to] = summaryMarks
  const [before, rest] = [text.split(from)[0], text.split(from)[1]?.split(to)]
  if (before === undefined || rest?.[1] === undefined) return text
  return `${before}${from}\n\n${summary}\n\n${to}${rest.slice(1).join(to)}`
}
