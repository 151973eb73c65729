import { quantile } from '../figures.ts'
import type { Cell, Table } from '../rows/row.ts'
import type { SubjectInfo } from '../subjects.ts'
import { shown } from './markdown.ts'
import { drawPlot } from './plot.ts'
import type { Bar, Plot } from './plot.ts'

type Named = Pick<SubjectInfo, 'id' | 'name'>

/** The figure of a table that wants one, as SVG. */
export function plotOf(
  { title, columns, cells }: Table,
  { most, left }: NonNullable<Table['plot']>,
  subjects: readonly Named[],
): string {
  const groups = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => !left?.includes(column))
    .map(({ column, index }): Plot['groups'][number] => ({
      name: column,
      bars: subjects.flatMap((subject) => {
        const cell = cells[subject.id]?.[index]
        return cell ? [barOf(subject, cell)] : []
      }),
    }))
  return drawPlot({ title, groups, ...(most !== undefined && { most }) })
}

function barOf({ id, name }: Named, cell: Cell): Bar {
  const words = shown(cell).replaceAll('**', '')
  const bar = { name, words, isOurs: id === 'tokenring' }
  switch (cell.kind) {
    case 'samples': {
      const at = (part: number): number => quantile(cell.samples, part)
      return { ...bar, value: { middle: at(0.5), low: at(0.25), high: at(0.75) } }
    }
    case 'number': {
      const { value } = cell
      return { ...bar, value: { middle: value, low: value, high: value } }
    }
    case 'text':
    case 'blank':
      return bar
  }
}
