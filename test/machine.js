import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

export const say = (text) => process.stdout.write(`${text}\n`)

/** Runs a command in this terminal. Whether it ended well. */
export function run(command, args, env = {}) {
  say(`$ ${[command, ...args].join(' ')}`)
  const options = { stdio: 'inherit', env: { ...process.env, ...env } }
  return spawnSync(command, args, { ...options, shell: process.platform === 'win32' }).status === 0
}

export function isRootOnDebian() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

export function installOnDebian(packages) {
  if (run('apt-get', ['update'])) {
    run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
      DEBIAN_FRONTEND: 'noninteractive',
    })
  }
}

/** Loads a TypeScript module of this folder, which Node 20 cannot do by itself. */
export async function load(path) {
  const file = fileURLToPath(new URL(path, import.meta.url))
  return (await runnerImport(file, { configFile: false, logLevel: 'warn' })).module
}
