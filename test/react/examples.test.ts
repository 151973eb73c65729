import { compile as compileSvelte } from 'svelte/compiler'
import { describe, expect, it } from 'vitest'
import { compileExamples, examplesOf, type Example } from '../support/guide-examples.ts'

const examples = examplesOf('react')
const ofLanguage = (language: string): Example[] =>
  examples.filter((example) => example.language === language)

const files = (given: readonly Example[]): Record<string, string> =>
  Object.fromEntries(
    given.map(({ language, name, code }) => [
      `${name}.${language}`,
      language === 'tsx' ? `/** @jsxImportSource react */\n${code}\nexport {}\n` : code,
    ]),
  )

describe('the examples for React', () => {
  it('are found, each under a name of its own', () => {
    expect(ofLanguage('ts').map(({ name }) => name)).toEqual([
      'auth',
      'what-to-say',
      'auth-below-base-path',
      'svelte-main',
      'svelte-session',
      'solid-session',
    ])
    const names = ofLanguage('tsx').map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining(['main', 'App', 'SignedIn', 'use-session-ts-1']))
    expect(names.length).toBeGreaterThanOrEqual(10)
  })

  it('compile, and would be found out if they did not', () => {
    const good = files([...ofLanguage('ts'), ...ofLanguage('tsx')])
    const wrong = "import { useSession } from 'tokenring/react'\nuseSession().token\n"
    const complaints = compileExamples('react-examples', { ...good, 'wrong.tsx': wrong })
    expect(complaints).toEqual([expect.stringMatching(/^wrong\.tsx.*token/)])
  })

  it('compile for Svelte, in which the manager is a store', () => {
    const [example, ...others] = ofLanguage('svelte')
    expect(others).toEqual([])
    const { js, warnings } = compileSvelte(example?.code ?? '', { generate: 'client' })
    expect(warnings).toEqual([])
    expect(js.code).toContain("$.store_get(auth, '$auth'")
  })
})
