import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const { module } = await runnerImport(fileURLToPath(new URL('./demo.ts', import.meta.url)), {
  configFile: false,
  root: fileURLToPath(new URL('.', import.meta.url)),
  logLevel: 'warn',
})
await module.runDemo(process.argv.slice(2)).catch((error) => {
  // A flag that is wrong; where in the code that was found is of no use to anybody.
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
