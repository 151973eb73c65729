import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const { module } = await runnerImport(fileURLToPath(new URL('./build-demo.ts', import.meta.url)), {
  configFile: false,
  root: fileURLToPath(new URL('.', import.meta.url)),
  logLevel: 'warn',
})
await module.runBuild(process.argv.slice(2))
