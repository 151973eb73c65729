import { describe, expect, it } from 'vitest'
import { compileExamples, examplesOf } from '../support/guide-examples.ts'

const examples = examplesOf('angular')

/** By Angular's rules for names, without endings, and as its compiler reads decorators. */
const files = (): Record<string, string> =>
  Object.fromEntries(examples.map(({ name, code }) => [`${name}.ts`, `${code}\nexport {}\n`]))

describe('the examples for Angular', () => {
  it('are found, each under a name of its own', () => {
    const named = examples.map(({ name }) => name)
    expect(new Set(named).size).toBe(named.length)
    expect(named).toEqual(
      expect.arrayContaining(['auth', 'app.config', 'main', 'app.routes', 'orders', 'welcome']),
    )
  })

  it('compile, and would be found out if they did not', () => {
    const wrong = "import { injectSession } from 'tokenring/angular'\ninjectSession().set(1)\n"
    const complaints = compileExamples('angular-examples', { ...files(), 'wrong.ts': wrong })
    expect(complaints).toEqual([expect.stringMatching(/^wrong\.ts.*set/)])
  })
})
