import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder the package is in, with a slash at the end. */
export const root: string = join(import.meta.dirname, '../../')

export interface SourceFile {
  /** Below the folder, with forward slashes. */
  readonly path: string
  readonly text: string
}

export const sourceFiles: readonly SourceFile[] = filesIn('src')
export const demoFiles: readonly SourceFile[] = filesIn('demo')

function filesIn(folder: string): readonly SourceFile[] {
  return readdirSync(root + folder, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map((path) => ({ path, text: readText(`${folder}/${path}`) }))
}

export function readText(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8')
}

/** What stands in `text` after the first `from`, up to the next `to`, if there is one. */
export function section(text: string, from: string, to: string): string {
  const [, ...after] = text.split(from)
  const [found = ''] = after.join(from).split(to)
  if (found === '') throw new Error(`There is nothing between "${from}" and "${to}".`)
  return found
}
