// Puts the courier's file beside what the compiler has written, in the folder that is given.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript by itself.
const source = fileURLToPath(new URL('./courier-file.ts', import.meta.url))
const { module } = await runnerImport(source, { configFile: false, logLevel: 'warn' })
const [, , folder = 'dist'] = process.argv
writeFileSync(join(folder, 'courier', module.courierFileName), await module.bundleCourierFile())
