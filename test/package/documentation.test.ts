import { readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { linksIn } from './links-in.ts'
import { readText, root, section, sourceFiles } from './source-files.ts'

interface Example {
  /** Where it is, as far as that makes a file name. */
  readonly place: string
  readonly code: string
}

const fence = /^```ts\n([\s\S]*?)^```$/gm

function examplesIn(place: string, markdown: string): Example[] {
  return [...markdown.matchAll(fence)].map(([, code = ''], index) => ({
    place: `${place.replaceAll(/[/.]/g, '-')}-${index + 1}`,
    code,
  }))
}

/** The text of the docstrings, without their stars. */
function docstringsOf(source: string): string {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)]
    .map(([comment]) => comment.replaceAll(/^\s*\* ?/gm, ''))
    .join('\n')
}

/** An example that does not make its manager itself is about the one the reader has. */
function toFile({ code }: Example): string {
  const needsManager = /\bauth\b/.test(code) && !/\bconst auth\b/.test(code)
  const prelude = needsManager ? "declare const auth: import('tokenring').TokenManager\n" : ''
  return `${prelude}${code}\nexport {}\n`
}

/** The guides whose examples no test of their own compiles. */
const places = [
  'README.md',
  'src/adapters/README.md',
  'src/core/README.md',
  'src/idle/README.md',
  'src/report/README.md',
]
const inGuides = places.flatMap((place) => examplesIn(place, readText(place)))
const docstrings = sourceFiles.flatMap(({ path, text }) => examplesIn(path, docstringsOf(text)))

describe('the examples in the README, the guides and the docstrings', () => {
  it('are found', () => {
    expect(inGuides.map(({ place }) => place)).toEqual(
      expect.arrayContaining(['README-md-1', 'src-core-README-md-1', 'src-core-README-md-2']),
    )
    expect(docstrings.map(({ place }) => place)).toEqual(
      expect.arrayContaining([
        'manager-token-manager-ts-1',
        'manager-token-manager-api-ts-1',
        'oauth-dpop-ts-1',
      ]),
    )
  })

  it('compile', () => {
    const examples = [...inGuides, ...docstrings]
    const files = examples.map((example) => [`${example.place}.ts`, toFile(example)] as const)
    expect(compile('documentation', Object.fromEntries(files))).toEqual([])
  })

  it('would be found out if they did not', () => {
    const wrong = { place: 'wrong', code: 'await auth.getToken()\n' }
    expect(compile('wrong-example', { 'wrong.ts': toFile(wrong) }).join('\n')).toContain('getToken')
  })
})

describe('the README', () => {
  it('says whom a backend-for-frontend suits better before the first example', () => {
    const text = readText('README.md')
    expect(text.indexOf('RFC 10017')).toBeGreaterThan(0)
    expect(text.indexOf('RFC 10017')).toBeLessThan(text.indexOf('```'))
  })
})

describe('SECURITY.md', () => {
  const promises = section(readText('SECURITY.md'), '## What counts', '\n## ')
    .split(/^- /m)
    .slice(1)
    .map((promise): [string, string] => [promise.split('\n')[0] ?? '', promise])

  it('makes promises', () => {
    expect(promises.length).toBeGreaterThan(10)
  })

  it.each(promises)('names tests that are there for: %s', (_, promise) => {
    const files = [...promise.matchAll(/^ {2}- `(test\/[\w./-]+)`: (.+)$/gm)]
    expect(files.length).toBeGreaterThan(0)
    for (const [, file = '', named = ''] of files) {
      const names = [...named.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
      expect(names.length).toBeGreaterThan(0)
      const tests = readText(file)
      for (const name of names) {
        expect(
          ["'", '"', '`'].some((quote) => tests.includes(quote + name + quote)),
          name,
        ).toBe(true)
      }
    }
  })
})

const guides = readdirSync(`${root}src`, { recursive: true })
  .map((path) => `src/${String(path).replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('README.md'))

describe('the README and the guides', () => {
  it.each(['README.md', 'demo/README.md', 'test/README.md', 'test/tabs/README.md', ...guides])(
    '%s links only to files and headings that are there',
    (path) => {
      const targets = linksIn(readText(path)).filter((target) => !target.startsWith('https://'))
      for (const target of targets) {
        const [file = '', anchor] = target.split('#')
        const there = file === '' ? path : posix.join(posix.dirname(path), file)
        expect(readText(there).length).toBeGreaterThan(0)
        if (anchor !== undefined) expect(anchorsIn(there), target).toContain(anchor)
      }
    },
  )

  it('are all within reach of the README', () => {
    const linked = linksIn(readText('README.md')).map((target) => target.split('#')[0])
    expect(guides.length).toBeGreaterThan(5)
    // The package holds the guides of the folders; the one to the code is for the clone.
    const packed = guides.filter((guide) => guide !== 'src/README.md')
    expect(packed.filter((guide) => !linked.includes(guide))).toEqual([])
    expect(linked).toContain('SECURITY.md')
  })
})

function anchorsIn(path: string): string[] {
  return [...readText(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => toAnchor(title))
}

/** As GitHub makes them. */
function toAnchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
