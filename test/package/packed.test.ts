import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as buildWithEsbuild } from 'esbuild'
import { publint } from 'publint'
import { rollup } from 'rollup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build as buildWithVite } from 'vite'
import webpack from 'webpack'
import { linksIn } from './links-in.ts'
import { packPackage } from './packed-package.ts'
import type { PackedPackage } from './packed-package.ts'
import { readText, root } from './source-files.ts'

const manifest = JSON.parse(readText('package.json')) as { exports: Record<string, unknown> }
/** Every entry with code in it, as it is imported. */
const entries = Object.keys(manifest.exports)
  .filter((name) => name !== './package.json')
  .map((name) => `tokenring${name.slice(1)}`)

/** What is imported for what it does, and exports nothing. */
const effects = ['tokenring/courier/service-worker']

const names = entries.map((_, index) => `entry${index}`)
// Of what Angular's packages hold, its builder compiles the rest for an app; here nothing does.
const importAll = [
  `import '@angular/compiler'`,
  ...entries.map((entry, index) => `import * as ${names[index]} from '${entry}'`),
].join('\n')

let packed: PackedPackage

beforeAll(() => {
  packed = packPackage()
})
afterAll(() => packed?.remove())

/** An app that uses every entry, and says what each has. */
const app = `${importAll}
import { createTokenManager } from 'tokenring'
const auth = createTokenManager({ authorizationServer: 'https://login.example', clientId: 'spa' })
console.log(JSON.stringify([${names.map((name) => `Object.keys(${name}).length > 0`).join()}, auth.getState().status]))
`
const said = `${JSON.stringify([...entries.map((entry) => !effects.includes(entry)), 'restoring'])}\n`

describe('the packed package', () => {
  it('has nothing that publint would change', async () => {
    const { buffer: tarball } = new Uint8Array(readFileSync(packed.tarball))
    const { messages } = await publint({ pack: { tarball }, strict: true })
    expect(messages).toEqual([])
  })

  it('has types that every way of resolving modules finds, ESM being the only kind', () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    const { status, stdout } = spawnSync(
      process.execPath,
      [attw, packed.tarball, '--profile', 'esm-only', '--format', 'json'],
      { encoding: 'utf8' },
    )
    expect(status, stdout).toBe(0)
  })

  it('lets server components import the components and hooks of React', () => {
    const built = readFileSync(join(packed.folder, 'dist/react/index.js'), 'utf8')
    expect(built).toMatch(/^'use client'/)
    // What is behind the directive is known by name only.
    expect(built).not.toContain('export *')
  })

  it('holds the guides that its README links to, and nothing else of the sources', () => {
    const links = [...readText('README.md').matchAll(/\]\((src\/[^)#]+)/g)]
    expect(links.length).toBeGreaterThan(5)
    for (const [, path = ''] of links) {
      expect(readFileSync(join(packed.folder, path), 'utf8')).not.toBe('')
    }
    const sources = filesOf(join(packed.folder, 'src'))
    expect(sources.filter((path) => path.includes('.') && !path.endsWith('README.md'))).toEqual([])
  })

  it('holds everything that its texts link to, so that no link needs a repository', () => {
    const texts = filesOf(packed.folder).filter((path) => path.endsWith('.md'))
    expect(texts).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', 'CHANGELOG.md']))
    const leadingOut = texts.flatMap((path) =>
      linksIn(readFileSync(join(packed.folder, path), 'utf8'))
        .filter((target) => !/^(?:https:|#)/.test(target))
        .map((target) => posix.join(posix.dirname(path), target.split('#')[0] ?? ''))
        .filter((target) => !existsSync(join(packed.folder, target)))
        .map((target) => `${path}: ${target}`),
    )
    expect(leadingOut).toEqual([])
  })

  it('is imported by Node, where there is no page', () => {
    expect(packed.runNode([packed.write('server.js', app)])).toBe(said)
  })

  it('has everything of its main entry in one file, with the licences of what that holds', () => {
    const file = readFileSync(join(packed.folder, 'dist/tokenring.min.js'), 'utf8')
    // Where nothing is installed.
    packed.write('one-file.mjs', file)
    const compare = `import * as one from './one-file.mjs'
import * as entry from 'tokenring'
import { createTokenManager } from './one-file.mjs'
const auth = createTokenManager({ authorizationServer: 'https://login.example', clientId: 'spa' })
console.log(String(Object.keys(one)) === String(Object.keys(entry)), auth.getState().status)
`
    expect(packed.runNode([packed.write('compare.js', compare)])).toBe('true restoring\n')
    expect(file).not.toMatch(/\bfrom\s*["']|sourceMappingURL/)
    const licences = readFileSync(join(packed.folder, 'dist/tokenring.min.licenses.txt'), 'utf8')
    for (const name of ['tokenring', 'oauth4webapi', 'idb-keyval']) {
      expect(licences).toMatch(new RegExp(`^${name} `, 'm'))
    }
  })

  it.each([
    ['the newest TypeScript', ''],
    ['TypeScript 5.6', 'test/typescript-5.6'],
  ])('is compiled against with %s', { timeout: 300_000 }, (_, home) => {
    const uses = `${importAll}
import { createTokenManager, type SessionState } from 'tokenring'
const auth = createTokenManager({ authorizationServer: 'https://login.example', clientId: 'spa' })
export const state: SessionState = auth.getState()
export const all: readonly object[] = [${names.join()}]
// @ts-expect-error There is no option for a secret.
createTokenManager({ authorizationServer: 'https://login.example', clientId: 'a', clientSecret: 'b' })
`
    packed.write('app.ts', uses)
    packed.write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          module: 'NodeNext',
          moduleResolution: 'NodeNext',
          lib: ['ES2022', 'DOM', 'DOM.Iterable'],
          strict: true,
          noEmit: true,
          types: [],
          // What the package declares is checked too; what React declares is not ours.
          skipLibCheck: false,
        },
        files: ['app.ts'],
      }),
    )
    const tsc = join(root, home, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', packed.project], {
      encoding: 'utf8',
      cwd: packed.project,
    })
    expect(stdout.split('\n').filter((line) => line.includes('error'))).toEqual([])
  })
})

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map((path) => String(path).replaceAll('\\', '/'))
}

type Bundle = (input: string, output: string) => Promise<void>

const bundlers: Readonly<Record<string, Bundle>> = {
  async Vite(input, output) {
    await buildWithVite({
      configFile: false,
      logLevel: 'silent',
      root: packed.project,
      build: {
        emptyOutDir: false,
        outDir: packed.project,
        lib: { entry: input, formats: ['es'], fileName: () => output },
      },
    })
  },
  async esbuild(input, output) {
    await buildWithEsbuild({
      entryPoints: [input],
      outfile: join(packed.project, output),
      bundle: true,
      minify: true,
      format: 'esm',
      logLevel: 'error',
    })
  },
  async Rollup(input, output) {
    const bundle = await rollup({
      input,
      // React is CommonJS, which Rollup by itself does not read.
      external: ['react', 'vue', /^@angular\//, 'rxjs'],
      plugins: [nodeResolve({ browser: true })],
    })
    await bundle.write({ file: join(packed.project, output) })
  },
  webpack: (input, output) =>
    new Promise((resolve, reject) => {
      webpack(
        {
          mode: 'production',
          context: packed.project,
          entry: input,
          experiments: { outputModule: true },
          output: { path: packed.project, filename: output, module: true },
          performance: { hints: false },
        },
        (error, stats) => {
          const problem = error ?? stats?.compilation.errors[0] ?? stats?.compilation.warnings[0]
          if (problem) reject(problem)
          else resolve()
        },
      )
    }),
}

describe.each(Object.entries(bundlers))('%s', (name, bundle) => {
  it('bundles every entry', async () => {
    const input = packed.write('app.js', app)
    const output = `${name.toLowerCase()}.bundle.js`
    await bundle(input, output)
    expect(packed.runNode([output])).toBe(said)
  })
})
