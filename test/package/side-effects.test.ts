import { existsSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { build, type Rolldown } from 'vite'
import { describe, expect, it } from 'vitest'
import { createTokenManager } from '../../src/index.ts'
import { root } from './source-files.ts'

/** The entry and everything it imports as one script; nothing is left out as unused. */
async function bundle(entry: string, external: readonly string[]): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry, formats: ['iife'], name: 'tokenring' },
      rolldownOptions: {
        treeshake: false,
        external: [...external],
        output: { globals: { oauth4webapi: 'oauth4webapi', 'idb-keyval': 'idbKeyval' } },
      },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  const { output: chunks } = output as Rolldown.RolldownOutput
  return chunks[0].code
}

// The type of globalThis knows its names only one by one.
const thisRealm = globalThis as unknown as Readonly<Record<string, unknown>>

/** Runs a script and tells which names beyond the language itself it read or wrote. */
function touchedBy(code: string, given: Readonly<Record<string, unknown>> = {}): string[] {
  const touched = new Set<string>()
  const language = runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]
  const own = new Set(['tokenring', 'undefined'])
  const scope: object = new Proxy(
    {},
    {
      has: () => true,
      get(_, name) {
        if (typeof name === 'symbol') return undefined
        if (name === 'globalThis') return scope
        if (!language.includes(name) && !own.has(name)) touched.add(name)
        return language.includes(name) ? thisRealm[name] : given[name]
      },
      set(_, name) {
        if (!own.has(String(name))) touched.add(`${String(name)} =`)
        return true
      },
      deleteProperty(_, name) {
        touched.add(`delete ${String(name)}`)
        return true
      },
    },
  )
  runInNewContext(`with (scope) { ${code} }`, { scope })
  return [...touched].sort()
}

/** What was built counts too, where it was built. */
const entries = [`${root}src/index.ts`, `${root}dist/index.js`].filter((path) => existsSync(path))

describe.each(entries)('importing %s', (entry) => {
  it('touches nothing of the platform', async () => {
    const dependencies = ['oauth4webapi', 'idb-keyval']
    const stubs = { oauth4webapi: {}, idbKeyval: {} }
    const touched = touchedBy(await bundle(entry, dependencies), stubs)
    expect(touched).toEqual(['idbKeyval', 'oauth4webapi'])
  })

  it('makes its dependencies look at nothing but the kind of runtime and the coders of texts and URLs', async () => {
    const touched = touchedBy(await bundle(entry, []), { TextDecoder, TextEncoder, URL })
    expect(touched).toEqual(['TextDecoder', 'TextEncoder', 'URL', 'navigator'])
  })
})

describe('the check for side effects', () => {
  it('finds what a script reads, asks for, writes and calls', () => {
    expect(touchedBy('const a = typeof document; globalThis.fetch; Math.max(1)')).toEqual([
      'document',
      'fetch',
    ])
    expect(touchedBy('globalThis.cache = new Map()')).toEqual(['cache ='])
    expect(touchedBy('setTimeout(() => {})', { setTimeout: () => 0 })).toEqual(['setTimeout'])
  })
})

describe('a manager where there is no window', () => {
  it('is restoring for good, and refuses everything else', async () => {
    const auth = createTokenManager({
      authorizationServer: 'https://login.example.com',
      clientId: 'spa',
      fetch: () => Promise.reject(new Error('Nothing is to be sent.')),
    })
    expect(await auth.ready).toEqual({ status: 'restoring' })
    expect(auth.getState()).toEqual({ status: 'restoring' })
    const refused = { name: 'ConfigurationError', code: 'NO_WINDOW' }
    await expect(auth.getAccessToken()).rejects.toMatchObject(refused)
    await expect(auth.fetch('https://api.example.com/')).rejects.toMatchObject(refused)
    await expect(auth.handleRedirect()).rejects.toMatchObject(refused)
    await expect(auth.signOut()).rejects.toMatchObject(refused)
  })
})
