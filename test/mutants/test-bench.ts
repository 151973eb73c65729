import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import type { TestProjectConfiguration, UserWorkspaceConfig } from 'vitest/config'
import { createVitest, type TestModule, type TestSpecification } from 'vitest/node'
import config from '../../vite.config.ts'
import { applied, type Mutant } from './mutants-of.ts'
import { noting } from './reach.ts'

export const root: string = fileURLToPath(new URL('../../', import.meta.url)).replaceAll('\\', '/')
const source = `${root}src/`

/** What Vitest is told beside what the projects say, in one place. */
const bounds = {
  bail: 1,
  maxWorkers: 1,
  // A promise that a mutant leaves open is waited for; all that is waited for in vain comes to this.
  testTimeout: 20_000,
  hookTimeout: 20_000,
}

/** Quick, and about what the source does. */
const projectNames = ['unit', 'dom', 'schedules']

/** Of what is made up from seeds, so much that it is over soon. */
const quickSchedules = {
  include: ['test/tabs/random.test.ts', 'test/tabs/courier.test.ts'],
  env: { SCHEDULES: '200' },
}

/** A project of `vite.config.ts` with a plugin of ours, and with one file of tests after the other. */
function adapted(given: TestProjectConfiguration, plugin: Plugin): UserWorkspaceConfig[] {
  if (typeof given !== 'object' || !('test' in given)) return []
  const { test, ...more } = given as UserWorkspaceConfig
  if (typeof test?.name !== 'string' || !projectNames.includes(test.name)) return []
  const setupFiles = [`${root}test/mutants/reached.ts`, test.setupFiles ?? []].flat()
  const sequence = { setupFiles: 'list' as const }
  const part = test.name === 'schedules' ? quickSchedules : {}
  return [
    { ...more, plugins: [plugin], test: { ...test, ...part, ...bounds, setupFiles, sequence } },
  ]
}

/** What one file of tests does with the source as it is. */
export interface TestFile {
  readonly path: string
  readonly tookMs: number
  readonly passes: boolean
  readonly reached: readonly string[]
}

export type Outcome =
  { readonly kind: 'killed'; readonly by: string } | { readonly kind: 'timed out' | 'survived' }

export interface TestBench {
  /** Runs every file with the source as it is. */
  readonly look: () => Promise<TestFile[]>
  /** Runs these files in this order, up to the first test that fails. */
  readonly judge: (mutant: Mutant, paths: readonly string[]) => Promise<Outcome>
}

/**
 * Vitest, kept alive from one mutant to the next. The files stay as they are.
 *
 * @param onTest Called whenever a test is over.
 */
export async function createTestBench(onTest: () => void = () => {}): Promise<TestBench> {
  let mutant: Mutant | undefined
  let isLooking = false
  /** What nobody handles although nothing was changed. */
  let known: readonly string[] = []
  const plugin: Plugin = {
    name: 'mutants',
    enforce: 'pre',
    transform(code, id) {
      if (!id.startsWith(source)) return undefined
      const file = id.slice(source.length)
      if (isLooking) return noting(file, code)
      return mutant?.file === file ? applied(mutant, code) : undefined
    },
  }
  class InTheOrderGiven {
    sort = (specifications: TestSpecification[]): TestSpecification[] => specifications
    shard = this.sort
  }
  const vitest = await createVitest(
    'test',
    {
      root,
      config: false,
      watch: false,
      reporters: [{ onTestCaseResult: onTest, onTestModuleEnd: onTest }],
      projects: config.test?.projects?.flatMap((given) => adapted(given, plugin)) ?? [],
      ...bounds,
      sequence: { sequencer: InTheOrderGiven },
    },
    { logLevel: 'error' },
  )
  const specifications = new Map(
    (await vitest.globTestSpecifications()).map((one) => [one.moduleId, one]),
  )
  const run = async (paths: readonly string[]) => {
    const chosen = paths.flatMap((path) => specifications.get(path) ?? [])
    // What came of the run before is not to be found among what comes of this one.
    for (const project of vitest.projects)
      vitest.state.clearFiles(project, [...specifications.keys()])
    return vitest.runTestSpecifications(chosen)
  }

  return {
    async look() {
      isLooking = true
      vitest.config.bail = 0
      const { testModules, unhandledErrors } = await run([...specifications.keys()])
      isLooking = false
      vitest.config.bail = 1
      for (const file of sourceFiles()) vitest.invalidateFile(source + file)
      known = unhandledErrors.map(messageOf)
      return testModules.map((module) => ({
        path: module.moduleId,
        tookMs: module.diagnostic().duration,
        passes: module.ok(),
        reached: module.meta().reached ?? [],
      }))
    },
    async judge(next, paths) {
      mutant = next
      vitest.invalidateFile(source + next.file)
      const { testModules, unhandledErrors } = await run(paths)
      vitest.invalidateFile(source + next.file)
      const unhandled = unhandledErrors.map(messageOf).filter((message) => !known.includes(message))
      return outcomeOf(testModules, unhandled)
    },
  }
}

function outcomeOf(modules: readonly TestModule[], unhandled: readonly string[]): Outcome {
  for (const module of modules) {
    for (const test of module.children.allTests('failed')) {
      const { errors } = test.result()
      const isLate = errors?.some(({ message }) => message.startsWith('Test timed out')) === true
      return isLate
        ? { kind: 'timed out' }
        : { kind: 'killed', by: `${module.relativeModuleId}: ${test.fullName}` }
    }
    if (!module.ok()) return { kind: 'killed', by: `${module.relativeModuleId} as a whole` }
  }
  return unhandled.length > 0 ? { kind: 'killed', by: String(unhandled[0]) } : { kind: 'survived' }
}

const messageOf = (error: unknown): string =>
  String((error as { readonly message?: unknown } | undefined)?.message)

/** Below `src/`. */
export function sourceFiles(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .sort()
}
