import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { posix } from 'node:path'
import { root } from './source-files.ts'

/**
 * Compiles TypeScript as a user of the package would have it, and returns what the compiler
 * complains of, one line each.
 *
 * @param name Of the folder the files are written to, below `node_modules/.cache/`.
 * @param files Their text, by name.
 */
export function compile(name: string, files: Readonly<Record<string, string>>): string[] {
  const folder = `${root}node_modules/.cache/tokenring-${name}`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(posix.join(folder, file), text)
  const settings = {
    extends: '../../../tsconfig.json',
    compilerOptions: {
      types: [],
      isolatedDeclarations: false,
      experimentalDecorators: true,
      declaration: false,
      paths: {
        tokenring: ['../../../src/index.ts'],
        'tokenring/*': ['../../../src/*/index.ts'],
      },
    },
    include: [],
    files: Object.keys(files),
  }
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(settings, undefined, 2))
  const tsc = `${root}node_modules/typescript/bin/tsc`
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [tsc, '-p', `${folder}/tsconfig.json`, '--pretty', 'false'],
    { cwd: folder, encoding: 'utf8' },
  )
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
  return status === 0 ? [] : lines.length > 0 ? lines : [`tsc ended with ${status}`]
}
