import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import type { TestProjectConfiguration, UserWorkspaceConfig, ViteUserConfig } from 'vitest/config'
import { engineProvider } from './test/browser/engines/engine-provider.ts'
import { engineNames } from './test/browser/engines/engine.ts'
import { version } from './src/core/version.ts'
import { findChromium } from './test/browser/find-chromium.ts'

const chromiumPath = findChromium()

/**
 * Limits are there for what hangs. Nothing waits until they pass, and a machine may be slow, or have
 * other things to do: what takes a second on a quiet one can take thirty.
 */
const patient = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
}

/** Where values are made up. */
const sameValues = ['test/support/same-values.ts']

type ProjectTest = NonNullable<UserWorkspaceConfig['test']>

/** The tests of the adapters again, each engine by itself. */
const adaptersInOtherEngines: TestProjectConfiguration[] = engineNames
  .filter((name) => name !== 'chromium')
  .map((name, index) => ({
    test: {
      ...patient,
      name: `adapters-in-${name}`,
      include: ['test/browser/adapters.browser.test.ts'],
      setupFiles: sameValues,
      sequence: { groupOrder: 6 + index },
      browser: {
        enabled: true,
        screenshotFailures: false,
        provider: engineProvider(name),
        instances: [{ browser: name }],
      },
    },
  }))

/** The package by its name, as an app has it; the recipes are written so. */
const packageByName = [
  { find: /^tokenring$/, replacement: `${import.meta.dirname}/src/index.ts` },
  { find: /^tokenring\/([\w-]+)$/, replacement: `${import.meta.dirname}/src/$1/index.ts` },
]

const inBrowsers = ['test/browser/**']

/** What measures how long something takes, stops pages or fills the machine with them. */
const pagesAlone = [
  'test/browser/faults/**/*.pages.test.ts',
  'test/browser/{storm,back-forward-cache}.pages.test.ts',
]

const demoPage = ['test/browser/demo/**/*.pages.test.ts']

/** Installs what the apps need, from the registry. */
const demoApps = ['test/apps/**/*.test.ts']

/** With a document, or with another React than the rest. */
const dom = [
  'test/react/**/*.test.ts',
  'test/vue/**/*.test.ts',
  'test/angular/**/*.test.ts',
  'test/adapters/{navigation,page-events,tab-storage}.test.ts',
  'test/recipes/{migration,plain-page}.test.ts',
  'test/testing/{jsdom,with-*}.test.ts',
]

/** What is walked through, or made up from seeds. */
const schedules = [
  'test/tabs/**/*.test.ts',
  'test/borders/**/*.test.ts',
  'test/**/*.random.test.ts',
  'test/scenarios/outages.test.ts',
]

/** Real servers, of the demo and of others, the demo's check of a server, and other runtimes. */
const servers = [
  'test/server-check/**/*.test.ts',
  'test/interop/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/token-proxy/runtimes.test.ts',
]

/** The package as an app has it: packed, and with the examples compiled. */
const packaged = [
  'test/package/**/*.test.ts',
  'test/token-proxy/readme.test.ts',
  'test/recipes/readme.test.ts',
  'test/providers/types.test.ts',
]

function inNode(test: ProjectTest): TestProjectConfiguration {
  return {
    resolve: { alias: packageByName },
    test: {
      ...patient,
      environment: 'node',
      // By default one core would be left idle, which on two cores is half of them.
      maxWorkers: '100%',
      sequence: { groupOrder: 0 },
      ...test,
    },
  }
}

// The groups run one after the other: a browser and everything else at once is too much for two
// cores, and then tests of time measure the machine.
const config: ViteUserConfig = defineConfig({
  // What `npm run build` adds to what the compiler has written: the courier's worker in one classic
  // script, for a SharedWorker, for a service worker, and for one that takes it by `importScripts`.
  build: {
    outDir: 'dist/courier',
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: `${import.meta.dirname}/src/courier/courier-file.ts`,
      output: {
        format: 'iife',
        entryFileNames: 'tokenring-courier.js',
        postBanner: `/* tokenring courier ${version} */`,
      },
    },
  },
  test: {
    // What was transformed once is not transformed again until it changes: a fifth of the quick loop.
    experimental: { fsModuleCache: true },
    projects: [
      inNode({
        name: 'unit',
        include: ['test/**/*.test.ts'],
        exclude: [
          '**/node_modules/**',
          ...inBrowsers,
          ...demoApps,
          ...dom,
          ...schedules,
          ...servers,
          ...packaged,
        ],
        // The files of a worker share its modules and globals, which saves half of the time; each is
        // held to leaving them as they were.
        isolate: false,
        setupFiles: [...sameValues, 'test/support/leaves-no-trace.ts'],
      }),
      inNode({ name: 'dom', include: dom }),
      inNode({ name: 'schedules', include: schedules, setupFiles: sameValues }),
      inNode({ name: 'servers', include: servers, setupFiles: sameValues }),
      inNode({ name: 'package', include: packaged }),
      {
        test: {
          ...patient,
          name: 'chromium',
          include: ['test/browser/**/*.browser.test.ts'],
          setupFiles: sameValues,
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
                chromiumSandbox: false,
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          ...patient,
          name: 'pages',
          include: ['test/browser/**/*.pages.test.ts'],
          exclude: [...pagesAlone, ...demoPage],
          environment: 'node',
          // Mostly they wait: for a page to load, for a pause to be over.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...patient,
          name: 'pages-alone',
          include: pagesAlone,
          environment: 'node',
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...patient,
          name: 'demo-page',
          include: demoPage,
          environment: 'node',
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          ...patient,
          name: 'apps',
          include: demoApps,
          environment: 'node',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          ...patient,
          name: 'engines',
          include: ['test/browser/**/*.engines.test.ts'],
          environment: 'node',
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
      ...adaptersInOtherEngines,
    ],
  },
})

export default config
