import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { load, run } from '../../machine.js'

const folder = fileURLToPath(new URL('.', import.meta.url))
const isInstalled = existsSync(new URL('./node_modules', import.meta.url))

if (isInstalled || run('npm', ['ci', '--prefix', folder])) {
  const { benchPeers } = await load('./bench/peers/bench.ts')
  await benchPeers(process.argv.slice(2))
} else process.exitCode = 1
