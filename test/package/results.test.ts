import { describe, expect, it } from 'vitest'
import { summaryMarks, summaryOf } from '../bench/peers/report/summary.ts'
import { tablesOf } from '../bench/peers/report/results.ts'
import type { Results } from '../bench/peers/report/results.ts'
import { subjects } from '../bench/peers/subjects.ts'
import { readText, section } from './source-files.ts'

const [from, to] = summaryMarks
const tableIn = (path: string): string => section(readText(path), from, to).trim()

/** Without the blanks that line up the columns. */
const words = (table: string): string => table.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')

describe('the comparison in the README', () => {
  it('is what the page of results says', () => {
    expect(tableIn('README.md')).toBe(tableIn('test/bench/RESULTS.md'))
  })

  it('is what was measured', () => {
    const results = JSON.parse(readText('test/bench/results.json')) as Results
    expect(words(tableIn('README.md'))).toBe(words(summaryOf(tablesOf(results), subjects)))
  })

  it('has a line for every subject', () => {
    const lines = tableIn('README.md').split('\n').slice(2)
    expect(lines.length).toBe(subjects.length)
  })
})
