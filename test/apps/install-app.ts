import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../package/source-files.ts'

const run = promisify(execFile)

/** An app of `demo/apps/`, in a folder of its own. */
export interface InstalledApp {
  readonly folder: string
  /** Runs a script of the app, and tells what it said. */
  runScript(name: string, env?: Readonly<Record<string, string>>): Promise<string>
  remove(): Promise<void>
}

/** Where the servers of this run are. */
export interface AppAddresses {
  readonly issuer: string
  readonly apiOrigin: string
  readonly pageOrigin: string
}

/** Copies an app, tells it where the servers are, and installs what its lock file says, and the package. */
export async function installApp(
  name: string,
  tarball: string,
  addresses: AppAddresses,
): Promise<InstalledApp> {
  const place = mkdtempSync(join(tmpdir(), `app-${name}-`))
  const folder = join(place, name)
  cpSync(join(root, 'demo/apps', name), folder, { recursive: true })
  tellAddresses(folder, addresses)
  const npm = async (...args: string[]): Promise<string> =>
    (await inFolder(folder, ['npm', ...args])).stdout
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  await npm('ci', ...quiet)
  // Not in the lock file: every build is another tarball.
  await npm('install', '--no-save', ...quiet, tarball)
  return {
    folder,
    runScript: async (script, env) =>
      (await inFolder(folder, ['npm', 'run', '--silent', script], env)).stdout,
    remove: () => rm(place, { recursive: true, force: true }),
  }
}

async function inFolder(
  cwd: string,
  [program = '', ...args]: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string }> {
  const shell = process.platform === 'win32'
  const env = { ...process.env, NODE_ENV: undefined, NO_COLOR: '1', ...more }
  try {
    return await run(program, args, { cwd, env, shell, maxBuffer: 10_000_000 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** One file of each app has the addresses that the README's command gives. */
function tellAddresses(folder: string, { issuer, apiOrigin, pageOrigin }: AppAddresses): void {
  const found = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => /(^|[\\/])config\.(ts|js)$/.test(path))
  if (found.length !== 1) throw new Error(`${folder} has not one file config.ts.`)
  const [path = ''] = found
  const text = readFileSync(join(folder, path), 'utf8')
    .replaceAll('http://localhost:5001', issuer)
    .replaceAll('http://localhost:5002', apiOrigin)
    .replaceAll('http://localhost:5173', pageOrigin)
  writeFileSync(join(folder, path), text)
}
