import { describe, expect, it } from 'vitest'
import { blank, number, samples, text } from '../rows/row.ts'
import type { Table } from '../rows/row.ts'
import { markdownOf, shown } from './markdown.ts'
import { plotOf } from './plots.ts'
import { withSummary } from './summary.ts'

const subjects = [
  { id: 'tokenring', name: 'tokenring' },
  { id: 'other', name: 'another <one>' },
]

const table: Table = {
  id: 'storm',
  title: 'Storm',
  columns: ['ten tabs'],
  cells: { tokenring: [samples([4, 1, 2, 3, 5])], other: [text('**lost**')] },
}

describe('the report of the comparison', () => {
  it('shows a median with the quarters, a figure, and a blank with its reason', () => {
    expect(shown(samples([4, 1, 2, 3, 5]))).toBe('3 (2–4)')
    expect(shown(samples([7, 7]))).toBe('7')
    expect(shown(number(1.25, 1))).toBe('1.3')
    expect(shown(blank('nothing to renew'))).toBe('– nothing to renew')
    expect(shown(samples([]))).toBe('– not measured')
  })

  it('has one line for each subject', () => {
    const markdown = markdownOf(table, subjects)
    expect(markdown).toContain('| tokenring | 3 (2–4) |')
    expect(markdown).toContain('| another <one> | **lost** |')
  })

  it('draws a bar where there is a figure, and says the reason where there is none', () => {
    const svg = plotOf(table, { file: 'storm' }, subjects)
    expect(svg.match(/<rect class="(?:bar|ours)"/g)).toEqual(['<rect class="ours"'])
    expect(svg).toContain('>lost</text>')
    expect(svg).toContain('another &lt;one&gt;')
    expect(svg).toContain('prefers-color-scheme: dark')
  })

  it('marks a bar that is cut, and no other', () => {
    const marks = (most?: number): number =>
      plotOf(table, { file: 'storm', ...(most !== undefined && { most }) }, subjects).split(
        'class="cut"',
      ).length - 1
    expect([marks(), marks(3), marks(2.9)]).toEqual([0, 0, 1])
  })

  it('puts its table between the marks of the README, and leaves the rest as it is', () => {
    const readme = 'a\n\n<!-- beside the others -->\n\nold\n\n<!-- end -->\n\nb\n'
    expect(withSummary(readme, 'new')).toBe(readme.replace('old', 'new'))
    expect(withSummary('a', 'new')).toBe('a')
  })
})
