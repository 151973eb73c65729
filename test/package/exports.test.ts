import { describe, expect, it } from 'vitest'
import { version } from '../../src/core/version.ts'
import * as entry from '../../src/index.ts'
import { readText, section, sourceFiles } from './source-files.ts'

type Entries = Readonly<Record<string, object | string>>

const readme = readText('README.md')
/** Where states, events and errors are described. */
const guide = readText('src/core/README.md')
const manifest = JSON.parse(readText('package.json')) as Record<string, unknown>

describe('the entry', () => {
  it('exports these values and no others', () => {
    expect(Object.keys(entry).sort()).toEqual([
      'ConfigurationError',
      'DisposedError',
      'RefreshUnavailableError',
      'SessionChangedError',
      'SessionEndedError',
      'SignInError',
      'StorageError',
      'createTokenManager',
      'dpop',
      'findTokenError',
      'isTokenError',
    ])
  })
})

describe('the package', () => {
  it('has two runtime dependencies, and frameworks only for who has them', () => {
    expect(Object.keys(manifest['dependencies'] ?? {}).sort()).toEqual([
      'idb-keyval',
      'oauth4webapi',
    ])
    const frameworks = Object.keys(manifest['peerDependencies'] ?? {})
    expect(frameworks).toEqual(['@angular/common', '@angular/core', 'react', 'rxjs', 'vue'])
    expect(manifest['peerDependenciesMeta']).toEqual({
      '@angular/common': { optional: true },
      '@angular/core': { optional: true },
      react: { optional: true },
      rxjs: { optional: true },
      vue: { optional: true },
    })
    expect(manifest['optionalDependencies']).toBeUndefined()
  })

  it('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest['scripts'] ?? {})
    expect(scripts.filter((name) => /install|prepare/.test(name))).toEqual([])
  })

  it('is ESM, holds what was built, and has side effects in the service worker’s import alone', () => {
    const sideEffects = ['./dist/courier/service-worker.js']
    expect(manifest).toMatchObject({ type: 'module', sideEffects, license: 'MIT' })
    // The guides and the rest too, because the README links to them.
    const results = ['test/bench/RESULTS.md', 'test/bench/plots', 'test/bench/peers/README.md']
    const texts = ['src/*/README.md', ...results, 'SECURITY.md', 'CHANGELOG.md']
    expect(manifest['files']).toEqual(['dist', ...texts])
  })

  it('has entries with types, which come first', () => {
    const { '.': main, './package.json': own, ...others } = manifest['exports'] as Entries
    expect(main).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' })
    expect(own).toBe('./package.json')
    expect(Object.keys(others)).toEqual([
      './react',
      './vue',
      './angular',
      './courier',
      './courier/service-worker',
      './idle',
      './popup',
      './providers',
      './report',
      './silent',
      './token-proxy',
      './testing',
    ])
    for (const [name, target] of Object.entries(others)) {
      const source = name.slice(2) + (name === './courier/service-worker' ? '' : '/index')
      const built = `./dist/${source}`
      expect(target).toEqual({ types: `${built}.d.ts`, default: `${built}.js` })
      expect(sourceFiles.map(({ path }) => path)).toContain(`${source}.ts`)
    }
    for (const target of [main, ...Object.values(others)]) {
      expect(Object.keys(target ?? {})[0]).toBe('types')
    }
  })
})

describe('the version of the package', () => {
  it('is in the name of the courier’s worker', () => {
    expect(version).toBe(manifest['version'])
  })
})

describe('the guides', () => {
  it('have every option in a table, and no other', () => {
    const declared = section(
      readText('src/manager/token-manager-options.ts'),
      'export interface TokenManagerOptions {',
      '\n}',
    )
    const options = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name)
    const cells = [
      ...section(`${readText('src/manager/README.md')}\n## `, '## Options', '\n## ').matchAll(
        /^\| (`[^|]+`) *\|/gm,
      ),
    ]
    const listed = cells.flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    )
    expect(options.length).toBeGreaterThan(10)
    expect(new Set(listed)).toEqual(new Set(options))
  })

  it('have every error class and code', () => {
    const declared = readText('src/core/errors.ts')
    const codes = [...declared.matchAll(/'([A-Z][A-Z_]+)'/g)].map(([, code]) => code)
    const classes = [...declared.matchAll(/^export class (\w+)/gm)].map(([, name]) => name)
    const errors = section(guide, '## Errors', '\n## ')
    expect(codes).toContain('SESSION_CHANGED')
    expect(classes).toHaveLength(7)
    expect([...classes, ...codes].filter((name) => !errors.includes(`\`${name}\``))).toEqual([])
  })

  it('name every state, every reason for an end, and every phase', () => {
    const state = section(guide, '## State and events', '\n## ')
    const declared =
      readText('src/core/end-reason.ts') +
      section(
        readText('src/core/session/session-state.ts'),
        'export type SessionState =',
        'export const',
      )
    const words = [...declared.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word)
    expect(words).toContain('rotation-lost')
    expect(words.filter((word) => !state.includes(`\`${word}\``))).toEqual([])
  })

  it('have every event in a table, and name none that does not exist', () => {
    const types = [...readText('src/core/events.ts').matchAll(/type: '([\w-]+)'/g)].map(
      ([, type]) => type,
    )
    const listed = [...section(guide, '### All events', '\n## ').matchAll(/^\| `([\w-]+)`/gm)]
    expect(listed.map(([, type]) => type)).toEqual(types)
    const named = [...`${readme}${guide}`.matchAll(/events? `([\w-]+)`/g)].map(([, type]) => type)
    expect(named.length).toBeGreaterThan(2)
    expect(named.filter((type) => !types.includes(type))).toEqual([])
  })
})
