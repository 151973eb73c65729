import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const folder = new URL('..', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8')

/** The rows of the table in README.md, each split into its cells. */
const rows = textOf('README.md')
  .split('\n')
  .filter((line) => /^\| S-\d/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, id = '', name = '', where = '', remarks = '']) => ({ id, name, where, remarks }))

/** Whether a file has a test of this name, in whatever quotes. */
function hasTest(file: string, name: string): boolean {
  const source = textOf(file)
  return ["'", '"', '`'].some((quote) => source.includes(`(${quote}${name}${quote}`))
}

it('lists S-01 to S-55, each once and in order', () => {
  const ids = Array.from({ length: 55 }, (_, index) => `S-${String(index + 1).padStart(2, '0')}`)
  expect(rows.map(({ id }) => id)).toEqual(ids)
})

it.each(rows.map((row) => [row.id, row] as const))(
  'says of %s in which file its test is, by which name, and at which level',
  (id, { name, where }) => {
    const [, level, file = ''] = /^(tabs in Node|Chromium): `([^`]+)`$/.exec(where) ?? []
    expect(level).toBe(file.startsWith('browser/') ? 'Chromium' : 'tabs in Node')
    expect(hasTest(file, `${id}: ${name}`)).toBe(true)
  },
)

it('names further tests, and files, that there are', () => {
  const remarks = rows.map((row) => row.remarks).join('\n')
  const further = [...remarks.matchAll(/`([^`]+\.ts)` “([^”]+)”/g)]
  expect(further.length).toBeGreaterThan(20)
  for (const [, file = '', name = ''] of further) {
    expect([file, name, hasTest(file, name)]).toEqual([file, name, true])
  }
  for (const [, file = ''] of textOf('README.md').matchAll(/`([^` ]+\/[^` ]*)`/g)) {
    if (!file.startsWith('src/'))
      expect([file, existsSync(new URL(file, folder))]).toEqual([file, true])
  }
})
