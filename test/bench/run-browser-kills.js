import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const file = fileURLToPath(new URL('./browser-kills.ts', import.meta.url))
const { module } = await runnerImport(file, { configFile: false, logLevel: 'warn' })
const [kills = '20', seed = '1'] = process.argv.slice(2)
await module.browserKills(Number(kills), Number(seed))
