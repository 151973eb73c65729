import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const { module } = await runnerImport(fileURLToPath(new URL('./demo-soak.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'warn',
})
await module.soakDemo(Number(process.argv[2] ?? 10))
