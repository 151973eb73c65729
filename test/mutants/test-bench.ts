import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import {
  createVitest,
  type InlineConfig,
  type TestModule,
  type TestSpecification,
} from 'vitest/node'
import { applied, type Mutant } from './mutants-of.ts'
import { noting } from './reach.ts'

export const root: string = fileURLToPath(new URL('../../', import.meta.url)).replaceAll('\\', '/')
const source = `${root}src/`

/** Folders whose tests are quick, and look at what the source does, not at its text. */
const folders = 'core,manager,http,oauth,adapters,scenarios,providers,react,vue,testing,token-proxy'

/** All that Vitest is told, in one place. */
const vitestOptions: InlineConfig = {
  root,
  include: [`test/{${folders}}/**/*.test.ts`],
  environment: 'node',
  pool: 'threads',
  isolate: false,
  maxWorkers: 1,
  bail: 1,
  testTimeout: 10_000,
  hookTimeout: 10_000,
  retry: 0,
  reporters: [{}],
  watch: false,
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

/** Vitest, kept alive from one mutant to the next. The files stay as they are. */
export async function createTestBench(): Promise<TestBench> {
  let mutant: Mutant | undefined
  let isLooking = false
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
  const alias = [
    { find: /^tokenring$/, replacement: `${source}index.ts` },
    { find: /^tokenring\/([\w-]+)$/, replacement: `${source}$1/index.ts` },
  ]
  class InTheOrderGiven {
    sort = (specifications: TestSpecification[]): TestSpecification[] => specifications
    shard = this.sort
  }
  const vitest = await createVitest(
    'test',
    {
      ...vitestOptions,
      config: false,
      sequence: { sequencer: InTheOrderGiven as never },
      setupFiles: [`${root}test/mutants/reached.ts`],
    },
    { plugins: [plugin], resolve: { alias }, logLevel: 'error' },
  )
  const specifications = new Map(
    (await vitest.globTestSpecifications()).map((one) => [one.moduleId, one]),
  )
  const run = async (paths: readonly string[]) => {
    const chosen = paths.flatMap((path) => specifications.get(path) ?? [])
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
      if (unhandledErrors.length > 0) throw new Error(messageOf(unhandledErrors[0]))
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
      return outcomeOf(testModules, unhandledErrors)
    },
  }
}

function outcomeOf(modules: readonly TestModule[], unhandled: readonly unknown[]): Outcome {
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
  return unhandled.length > 0
    ? { kind: 'killed', by: messageOf(unhandled[0]) }
    : { kind: 'survived' }
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
