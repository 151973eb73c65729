import { fileURLToPath } from 'node:url'
import { runnerImport, type Plugin } from 'vite'
import type { Build } from '../../../src/testing/virtual-tabs.ts'

/** A change of one place in the library's source. */
export interface Change {
  /** Below `src/`. */
  readonly file: string
  /** Occurs exactly once, or the change is out of date. */
  readonly find: string
  readonly replace: string
}

const source = fileURLToPath(new URL('../../../src/', import.meta.url)).replaceAll('\\', '/')

/** Loads the library with some places of its source changed; the files stay as they are. */
export async function loadBroken(changes: readonly Change[]): Promise<Build> {
  const applied = new Set<Change>()
  const plugin: Plugin = {
    name: 'broken-protocol',
    enforce: 'pre',
    transform(code, id) {
      let text = code
      for (const change of changes) {
        if (id !== `${source}${change.file}`) continue
        const [before, after, ...more] = text.split(change.find)
        if (before === undefined || after === undefined || more.length > 0) {
          throw new Error(`${change.file} does not hold exactly once: ${change.find}`)
        }
        text = before + change.replace + after
        applied.add(change)
      }
      return text
    },
  }
  const { module } = await runnerImport<Build>(
    fileURLToPath(new URL('./build.ts', import.meta.url)),
    { configFile: false, logLevel: 'silent', plugins: [plugin] },
  )
  if (applied.size !== changes.length) throw new Error('A change was not applied.')
  return module
}
