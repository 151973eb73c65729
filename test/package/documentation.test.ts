import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { readText, sourceFiles } from './source-files.ts'

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

const readme = examplesIn('readme', readText('README.md'))
const docstrings = sourceFiles.flatMap(({ path, text }) => examplesIn(path, docstringsOf(text)))

describe('the examples in the README and the docstrings', () => {
  it('are found', () => {
    expect(readme.length).toBeGreaterThanOrEqual(4)
    expect(docstrings.map(({ place }) => place)).toEqual(
      expect.arrayContaining(['token-manager-ts-1', 'token-manager-api-ts-1', 'oauth-dpop-ts-1']),
    )
  })

  it('compile', { timeout: 60_000 }, () => {
    const examples = [...readme, ...docstrings]
    const files = examples.map((example) => [`${example.place}.ts`, toFile(example)] as const)
    expect(compile('documentation', Object.fromEntries(files))).toEqual([])
  })

  it('would be found out if they did not', { timeout: 60_000 }, () => {
    const wrong = { place: 'wrong', code: 'await auth.getToken()\n' }
    expect(compile('wrong-example', { 'wrong.ts': toFile(wrong) }).join('\n')).toContain('getToken')
  })
})

describe('the README', () => {
  it('says whom a backend-for-frontend suits better before the first example', () => {
    const text = readText('README.md')
    expect(text.indexOf('draft-ietf-oauth-browser-based-apps')).toBeGreaterThan(0)
    expect(text.indexOf('draft-ietf-oauth-browser-based-apps')).toBeLessThan(text.indexOf('```'))
  })

  it('links only to files and headings that are there', () => {
    const text = readText('README.md')
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => toAnchor(title))
    const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
    const local = targets.filter((target) => !target.startsWith('https://'))
    expect(local).toContain('SECURITY.md')
    for (const target of local) {
      const [file = '', anchor] = target.split('#')
      if (file) expect(readText(file).length).toBeGreaterThan(0)
      else expect(headings).toContain(anchor)
    }
  })
})

/** As GitHub makes them. */
function toAnchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
