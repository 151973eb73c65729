import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { demoFiles, sourceFiles, type SourceFile } from './source-files.ts'

interface Import {
  readonly from: string
  /** A path below `src/`, or the name of a package. */
  readonly to: string
  readonly typeOnly: boolean
  readonly reExport: boolean
}

/** Which imports each room may have, its own files apart. */
const allowed: Readonly<Record<string, (to: string) => boolean>> = {
  core: () => false,
  'core/record': (to) => roomOf(to) === 'core',
  'core/rotation': (to) => ['core', 'core/record'].includes(roomOf(to)),
  'core/session': (to) => isCore(to),
  http: isCore,
  oauth: (to) => isCore(to) || to === 'oauth4webapi',
  adapters: (to) => isCore(to) || to === 'idb-keyval',
  courier: (to) => isCore(to) || roomOf(to) === 'adapters',
  idle: isCore,
  manager: (to) => isCore(to) || ['http', 'oauth', 'adapters'].includes(roomOf(to)),
  // The store in memory is no twin: apps use it, too.
  testing: (to) =>
    isCore(to) ||
    ['manager', 'courier'].includes(roomOf(to)) ||
    to === 'adapters/memory-token-store.ts',
  popup: isApi,
  silent: isApi,
  // These for types alone; a test of its own says so.
  providers: (to) => to === 'manager/token-manager-options.ts',
  react: (to) => to === 'react' || isHooks(to),
  vue: (to) => to === 'vue' || isHooks(to),
  angular: (to) => [...angular, systemClock].includes(to) || isApi(to),
  report: (to) => to === 'manager/token-manager-options.ts' || isApi(to),
  'token-proxy': () => false,
  'index.ts': (to) => roomOf(to) !== 'package',
}

function isCore(path: string): boolean {
  return roomOf(path).split('/')[0] === 'core'
}

/** What says how a token manager is used. */
function isApi(path: string): boolean {
  return /^manager\/(token-manager-api|sign-in-options)\.ts$/.test(path) || isCore(path)
}

/** And what the hooks of all frameworks have in common. */
function isHooks(path: string): boolean {
  return path === 'manager/required-session.ts' || isApi(path)
}

/** What stays on a page, who its user is, and whose a token: pure, and in one place for all frameworks. */
const shared = ['access-token-state', 'kept-page', 'user-state'].map(
  (name) => `core/session/${name}.ts`,
)

/** What every app of Angular with a router has. */
const angular = ['@angular/common', '@angular/core', 'rxjs']

/** What a clock that keeps out of Angular's zone is made of. */
const systemClock = 'adapters/system-clock.ts'

/** The folder of a file, a file in front of the door, or `package`. */
function roomOf(path: string): string {
  if (!path.endsWith('.ts')) return 'package'
  return path.includes('/') ? posix.dirname(path) : path
}

/** Statements begin a line, which the examples in docstrings do not. */
const statement = /^(import|export)\s+(type\s)?(?:[\w\s{},*$]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const call = /\bimport\(\s*['"]([^'"]+)['"]/g

function importsOf({ path, text }: SourceFile): Import[] {
  const resolve = (specifier: string): string =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
  const code = text.replaceAll(/^\s*(?:\*|\/\*|\/\/).*$/gm, '')
  return [
    ...[...code.matchAll(statement)].map(([, keyword, type, specifier = '']) => ({
      from: path,
      to: resolve(specifier),
      typeOnly: type !== undefined,
      reExport: keyword === 'export',
    })),
    ...[...code.matchAll(call)].map(([, specifier = '']) => ({
      from: path,
      to: resolve(specifier),
      typeOnly: false,
      reExport: false,
    })),
  ]
}

function isForbidden({ from, to }: Import): boolean {
  const room = roomOf(from)
  return room !== roomOf(to) && allowed[room]?.(to) !== true
}

/** Paths that end where they began, imports of types included. */
function cyclesIn(imports: readonly Import[]): string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' > '))
    if (way.includes(file) || done.has(file)) return
    for (const { from, to } of imports) {
      if (from === file) visit(to, [...way, file])
    }
    done.add(file)
  }
  for (const { from } of imports) visit(from, [])
  return cycles
}

const imports = sourceFiles.flatMap(importsOf)
const describeImport = ({ from, to }: Import): string => `${from} imports ${to}`

describe('the source files', () => {
  it('import only what their room may', () => {
    expect(imports.filter(isForbidden).map(describeImport)).toEqual([])
  })

  it('all belong to a room with a rule', () => {
    const rooms = new Set(sourceFiles.map(({ path }) => roomOf(path)))
    expect([...rooms].filter((room) => allowed[room] === undefined)).toEqual([])
  })

  it('import only files that exist, by their whole name', () => {
    const paths = sourceFiles.map(({ path }) => path)
    const packages = ['oauth4webapi', 'idb-keyval', 'react', 'vue', ...angular]
    const lost = imports.filter(({ to }) => !paths.includes(to) && !packages.includes(to))
    expect(lost.map(describeImport)).toEqual([])
  })

  it('reach oauth4webapi from oauth/ alone, and idb-keyval from adapters/ alone', () => {
    const importers = (name: string): string[] =>
      [...new Set(imports.filter(({ to }) => to === name).map(({ from }) => roomOf(from)))].sort()
    expect(importers('oauth4webapi')).toEqual(['oauth'])
    expect(importers('idb-keyval')).toEqual(['adapters'])
  })

  it.each(['providers', 'react', 'vue', 'angular'])(
    'import nothing of the others but types into %s',
    (name) => {
      const ofOthers = imports.filter(
        ({ from, to }) => roomOf(from) === name && ![name, 'package'].includes(roomOf(to)),
      )
      expect(ofOthers.length).toBeGreaterThan(0)
      const values = ofOthers.filter(
        ({ typeOnly, to }) => !typeOnly && ![...shared, systemClock].includes(to),
      )
      expect(values.map(describeImport)).toEqual([])
    },
  )

  it.each(['popup', 'silent'])('import nothing of the manager but types into %s', (room) => {
    const ofManager = imports.filter(
      ({ from, to }) => roomOf(from) === room && roomOf(to) === 'manager',
    )
    expect(ofManager.length).toBeGreaterThan(0)
    expect(ofManager.filter(({ typeOnly }) => !typeOnly).map(describeImport)).toEqual([])
  })

  it('import one another without a cycle', () => {
    expect(cyclesIn(imports)).toEqual([])
  })

  it('import one another without a cycle in the demo, too', () => {
    const ofDemo = demoFiles.flatMap(importsOf)
    expect(ofDemo.length).toBeGreaterThan(100)
    expect(cyclesIn(ofDemo)).toEqual([])
  })

  it('leave index.ts to the outside, which does nothing but re-export', () => {
    expect(imports.filter(({ to }) => to === 'index.ts')).toEqual([])
    const ofIndex = imports.filter(({ from }) => from === 'index.ts')
    expect(ofIndex.every(({ reExport }) => reExport)).toBe(true)
  })
})

describe('the reading of imports', () => {
  it('finds every form, and no example in a comment', () => {
    const text = [
      "import { a,\n  type B,\n} from '../core/a.ts'",
      "import type { C } from '../core/c.ts'",
      "import * as d from 'd'",
      "import './effect.ts'",
      "export { e } from './e.ts'",
      "export * from './f.ts'",
      "export type { G } from './g.ts'",
      "type H = import('./h.ts').H",
      "export const i = 'from j'",
      "/**\n * import { k } from 'k'\n */",
    ].join('\n')
    expect(importsOf({ path: 'http/x.ts', text }).map(({ to }) => to)).toEqual([
      'core/a.ts',
      'core/c.ts',
      'd',
      'http/effect.ts',
      'http/e.ts',
      'http/f.ts',
      'http/g.ts',
      'http/h.ts',
    ])
  })

  it('knows a cycle and a forbidden import', () => {
    const from = (path: string, to: string): Import => ({
      from: path,
      to,
      typeOnly: false,
      reExport: false,
    })
    expect(cyclesIn([from('a.ts', 'b.ts'), from('b.ts', 'a.ts')])).toEqual(['a.ts > b.ts > a.ts'])
    expect(isForbidden(from('core/a.ts', 'http/b.ts'))).toBe(true)
    expect(isForbidden(from('core/a.ts', 'core/record/b.ts'))).toBe(true)
    expect(isForbidden(from('core/record/a.ts', 'core/rotation/b.ts'))).toBe(true)
    expect(isForbidden(from('core/rotation/a.ts', 'core/session/b.ts'))).toBe(true)
    expect(isForbidden(from('http/a.ts', 'oauth/b.ts'))).toBe(true)
    expect(isForbidden(from('testing/a.ts', 'adapters/web-locks.ts'))).toBe(true)
    expect(isForbidden(from('courier/a.ts', 'oauth/b.ts'))).toBe(true)
    expect(isForbidden(from('manager/a.ts', 'courier/b.ts'))).toBe(true)
    expect(isForbidden(from('idle/a.ts', 'manager/b.ts'))).toBe(true)
    expect(isForbidden(from('core/a.ts', 'oauth4webapi'))).toBe(true)
  })
})
