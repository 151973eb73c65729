import { playwright } from '@vitest/browser-playwright'
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node'
import type { Engine, EngineName, EnginePage } from './engine.ts'
import { launchEngine } from './launch-engine.ts'

/** Lets Vitest run its tests inside a page of this engine. */
export function engineProvider(name: EngineName): BrowserProviderOption {
  const { serverFactory } = playwright()
  return { name: 'engine', options: {}, serverFactory, providerFactory: () => createProvider(name) }
}

function createProvider(name: EngineName): BrowserProvider {
  const pages = new Map<string, EnginePage>()
  let launched: Promise<Engine> | undefined
  return {
    name: 'engine',
    supportsParallelism: false,
    getCommandsContext: () => ({}),
    async openPage(sessionId, url) {
      launched ??= launchEngine(name)
      const engine = await launched
      await pages.get(sessionId)?.close()
      pages.set(sessionId, await engine.newPage(url))
    },
    async close() {
      await (await launched)?.close()
    },
  }
}
