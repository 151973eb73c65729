import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const entry = fileURLToPath(new URL('../src/courier/tokenring-courier.ts', import.meta.url))

/**
 * The courier's worker as one classic script, for browsers and for service workers that take it by
 * `importScripts`.
 *
 * @param {string} version Of the package; the file says it in its first line.
 * @returns {Promise<string>}
 */
export async function bundleCourierFile(version) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'error',
    banner: { js: `/* tokenring courier ${version} */` },
  })
  return outputFiles[0].text
}
