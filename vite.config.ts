import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import type { TestProjectConfiguration, ViteUserConfig } from 'vitest/config'
import { engineProvider } from './test/browser/engines/engine-provider.ts'
import { engineNames } from './test/browser/engines/engine.ts'
import { findChromium } from './test/browser/find-chromium.ts'

const chromiumPath = findChromium()

/** The tests of the adapters again, each engine by itself. */
const adaptersInOtherEngines: TestProjectConfiguration[] = engineNames
  .filter((name) => name !== 'chromium')
  .map((name, index) => ({
    test: {
      name: `adapters-in-${name}`,
      include: ['test/browser/adapters.browser.test.ts'],
      sequence: { groupOrder: 4 + index },
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

// The groups run one after the other: a browser and everything else at once is too much for two
// cores, and then tests of time measure the machine.
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        resolve: { alias: packageByName },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          environment: 'node',
          // By default one core would be left idle, which on two cores is half of them.
          maxWorkers: '100%',
          // Nothing waits for time to pass, but a machine may be slow.
          testTimeout: 30_000,
          expect: { poll: { timeout: 20_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'chromium',
          include: ['test/browser/**/*.browser.test.ts'],
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
          name: 'pages',
          include: ['test/browser/**/*.pages.test.ts'],
          environment: 'node',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'engines',
          include: ['test/browser/**/*.engines.test.ts'],
          environment: 'node',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      ...adaptersInOtherEngines,
    ],
  },
})

export default config
