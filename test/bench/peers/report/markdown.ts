import { quantile } from '../figures.ts'
import type { Cell, Table } from '../rows/row.ts'
import type { SubjectInfo } from '../subjects.ts'

/** A table of the results, one line for each subject. */
export function markdownOf(
  { title, note, columns, cells }: Table,
  subjects: readonly Pick<SubjectInfo, 'id' | 'name'>[],
): string {
  const lines = subjects
    .filter(({ id }) => cells[id])
    .map(({ id, name }) => [name, ...(cells[id] ?? []).map(shown)])
  const head = ['', ...columns]
  const table = [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`)
  return [`## ${title}`, ...(note === undefined ? [] : [note]), table.join('\n'), ''].join('\n\n')
}

/** The figure first, and how far it is from sure after it. */
export function shown(cell: Cell): string {
  switch (cell.kind) {
    case 'samples': {
      const at = (part: number): string => quantile(cell.samples, part).toFixed(cell.digits)
      const [low, high] = [at(0.25), at(0.75)]
      return low === high ? at(0.5) : `${at(0.5)} (${low}–${high})`
    }
    case 'number':
      return cell.value.toFixed(Number.isInteger(cell.value) ? 0 : cell.digits)
    case 'text':
      return cell.text
    case 'blank':
      return `– ${cell.reason}`
  }
}
