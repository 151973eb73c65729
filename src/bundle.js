// Makes the one file for pages without a bundler, from what the compiler has written.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = resolve(root, process.argv[2] ?? 'dist')
const packages = ['.', 'node_modules/oauth4webapi', 'node_modules/idb-keyval']

const parts = packages.map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json')))
  return { folder, title: `${name} ${version} (${license})` }
})
const licences = parts.map(({ folder, title }) => {
  const text = ['LICENSE', 'LICENSE.md', 'LICENCE'].flatMap((file) => textOf(folder, file))[0]
  if (text === undefined) throw new Error(`${title} has no licence to go with the bundle.`)
  return `${title}\n\n${text}`
})
writeFileSync(join(dist, 'tokenring.min.licenses.txt'), licences.join(`\n${'-'.repeat(78)}\n\n`))

await build({
  entryPoints: [join(dist, 'index.js')],
  outfile: join(dist, 'tokenring.min.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  nodePaths: [join(root, 'node_modules')],
  logLevel: 'warning',
  // No source map: the modules that one would show lie beside it, and a file that is copied somewhere
  // else would ask for a map that is not there.
  banner: {
    js: `/* ${parts.map(({ title }) => title).join(', ')}; licences: tokenring.min.licenses.txt */`,
  },
})

function textOf(folder, file) {
  try {
    return [readFileSync(join(root, folder, file), 'utf8')]
  } catch {
    return []
  }
}
