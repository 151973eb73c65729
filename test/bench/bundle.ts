import { join } from 'node:path'
import { build, type Rolldown } from 'vite'

/** What one file became. */
export interface BundledFile {
  readonly name: string
  readonly code: string
}

/**
 * Bundles `source` with all that it imports, minified, as an app is built.
 *
 * @param folder From where its imports are looked for.
 */
export async function bundle(source: string, folder: string): Promise<readonly BundledFile[]> {
  const entry = join(folder, 'entry-of-the-bundle.ts')
  const { output } = (await build({
    configFile: false,
    root: folder,
    logLevel: 'silent',
    base: './',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? source : undefined),
      },
    ],
    build: {
      write: false,
      modulePreload: false,
      target: 'es2022',
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        external: ['react', 'vue', '@angular/common', '@angular/core', 'rxjs'],
        output: { entryFileNames: 'entry.js' },
      },
    },
  })) as Rolldown.RolldownOutput
  return output.flatMap((file) =>
    'code' in file ? [{ name: file.fileName, code: file.code }] : [],
  )
}

export const codeOf = (files: readonly BundledFile[]): string =>
  files.map(({ code }) => code).join('')
