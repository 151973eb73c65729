import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { listen } from '../../demo/http.ts'
import { eventually } from '../browser/eventually.ts'

/** An origin at which nothing listens. */
export async function freeOrigin(): Promise<string> {
  const listener = await listen(0)
  await listener.close()
  return listener.origin
}

/** Starts Next's own server for an app that is built, and returns what stops it. */
export async function serveNext(folder: string, origin: string): Promise<() => Promise<void>> {
  const { port } = new URL(origin)
  const program = join(folder, 'node_modules/next/dist/bin/next')
  const server = spawn(process.execPath, [program, 'start', '--port', port], {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  })
  const hasEnded = once(server, 'exit')
  await eventually('Next', async () => (await fetch(origin)).ok)
  return async () => {
    server.kill()
    await hasEnded
  }
}
