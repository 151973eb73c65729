import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const { module } = await runnerImport(fileURLToPath(new URL('./kills.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'warn',
})
const [kills = '200', seed = '1'] = process.argv.slice(2)
await module.kills(Number(kills), Number(seed))
