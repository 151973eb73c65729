import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface SupervisedProgram {
  /** What it writes to file descriptor 3. */
  readonly reports: Readable
  hasEnded(): boolean
  /** Ends it and all that it has started. */
  stop(): Promise<void>
}

// The shell is told by its input, which ends with this process too, however that comes about. Xvfb
// tidies up when it is asked to end; what does not listen to that is killed, and may still write into
// the folder as it goes.
const script = `
folder=$1
shift
exec 4<&0
setsid "$@" 4<&- & program=$!
exec 3>&-
(read -r _ <&4; kill -TERM -- "-$program" || kill -TERM "$program") & watcher=$!
wait "$program"
kill -TERM "$watcher"
kill -KILL -- "-$program"
until rm -rf -- "$folder"; do :; done
`

/** Starts a program in a temporary home folder, which goes when the program has ended. */
export function startSupervised(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): SupervisedProgram {
  const folder = mkdtempSync(join(tmpdir(), 'tokenring-'))
  const homes = {
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_RUNTIME_DIR: folder,
  }
  const shell = spawn('sh', ['-c', script, 'sh', folder, path, ...args], {
    cwd: folder,
    // Apart from the terminal's group: Ctrl-C would end the shell before it has tidied up.
    detached: true,
    env: { ...process.env, ...homes, ...env },
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  })
  const ended = once(shell, 'exit')
  return {
    reports: shell.stdio[3] as Readable,
    hasEnded: () => shell.exitCode !== null || shell.signalCode !== null,
    async stop() {
      shell.stdin?.end()
      await ended
    },
  }
}
