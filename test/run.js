import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const say = (text) => process.stdout.write(`${text}\n`)

/** Runs a command in this terminal. Whether it ended well. */
function run(command, args, env = {}) {
  say(`$ ${[command, ...args].join(' ')}`)
  const options = { stdio: 'inherit', env: { ...process.env, ...env } }
  return spawnSync(command, args, { ...options, shell: process.platform === 'win32' }).status === 0
}

function isRootOnDebian() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

// Node 20 cannot load TypeScript by itself.
const { module } = await runnerImport(
  fileURLToPath(new URL('./browser/find-chromium.ts', import.meta.url)),
  { configFile: false, logLevel: 'warn' },
)
const { findChromium } = module

if (!findChromium()) {
  say('The browser tests need Chromium, Chrome or Edge, and there is none here: downloading one.')
  run('npx', ['playwright', 'install', 'chromium'])
  if (!findChromium() && isRootOnDebian()) {
    say("That gave no browser that starts here: installing Debian's.")
    if (run('apt-get', ['update'])) {
      run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
        DEBIAN_FRONTEND: 'noninteractive',
      })
    }
  }
}

const chromium = findChromium()
if (chromium) {
  const tests = run('npx', ['vitest', 'run', ...process.argv.slice(2)], { CHROMIUM_PATH: chromium })
  process.exitCode = tests ? 0 : 1
} else {
  say(
    'No test was run, because the browser tests need Chromium, Chrome or Edge: install one of them, or name its program in CHROMIUM_PATH.',
  )
  process.exitCode = 1
}
