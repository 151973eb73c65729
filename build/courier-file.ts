import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const courierFileName = 'tokenring-courier.js'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/**
 * The courier's worker as one classic script with everything in it: for a SharedWorker, for a service
 * worker, and for one that takes it by `importScripts`. Its first line says which version it is of.
 */
export async function bundleCourierFile(): Promise<string> {
  const { version } = JSON.parse(readFileSync(fileOf('../package.json'), 'utf8')) as {
    readonly version: string
  }
  const { outputFiles } = await build({
    entryPoints: [fileOf('../src/courier/courier-file.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'error',
    banner: { js: `/* tokenring courier ${version} */` },
  })
  return outputFiles.map(({ text }) => text).join('')
}
