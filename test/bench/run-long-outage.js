import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const { module } = await runnerImport(fileURLToPath(new URL('./long-outage.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'warn',
})
await module.longOutage(Number(process.argv[2] ?? 5))
