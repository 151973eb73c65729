import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutants-of.ts'
import type { Outcome, TestFile } from './test-bench.ts'

export interface Hand {
  readonly look: () => Promise<TestFile[]>
  readonly judge: (mutant: Mutant, paths: readonly string[]) => Promise<Outcome>
  readonly leave: () => void
}

/** `alive` after every test. */
type Message = { readonly alive: true } | { readonly result: unknown } | { readonly error: string }

/** Every test has a bound far below this: who says nothing for so long runs in a circle. */
const longestSilenceMs = 120_000

/** Fulfils with what the process says in the end, and ends it if it falls silent. */
function replyOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let limit: NodeJS.Timeout
    const watch = (): void => {
      clearTimeout(limit)
      limit = setTimeout(() => end(child), longestSilenceMs)
    }
    const settle = (): void => {
      clearTimeout(limit)
      child.off('exit', gone).off('message', hear)
    }
    const gone = (): void => {
      settle()
      reject(new Error('The process that runs the tests has gone.'))
    }
    const hear = (message: Message): void => {
      if ('alive' in message) return watch()
      settle()
      if ('error' in message) reject(new Error(message.error))
      else resolve(message.result)
    }
    child.on('exit', gone).on('message', hear)
    watch()
  })
}

/** With the processes that it has started, which nothing else would end. */
function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has gone by itself.
  }
}

/** A test bench in a process of its own, which is started anew where a mutant has hung it. */
export function createHand(): Hand {
  let running: Promise<ChildProcess> | undefined

  const start = async (): Promise<ChildProcess> => {
    const started = fork(fileURLToPath(new URL('hand.js', import.meta.url)), {
      silent: true,
      // The head of a group of its own, so that the whole group can be ended.
      detached: true,
    })
    started.stdout?.resume()
    started.stderr?.pipe(process.stderr)
    await replyOf(started)
    // What mutants complain of is no news.
    started.stderr?.unpipe(process.stderr).resume()
    return started
  }
  const ask = async (message: object): Promise<unknown> => {
    running ??= start()
    const child = await running
    try {
      const reply = replyOf(child)
      child.send(message)
      return await reply
    } catch (error) {
      running = undefined
      end(child)
      throw error
    }
  }

  return {
    look: async () => (await ask({})) as TestFile[],
    judge: (mutant, paths) => {
      const outcome = ask({ mutant, paths }) as Promise<Outcome>
      return outcome.catch((): Outcome => ({ kind: 'timed out' }))
    },
    leave: () => void running?.then(end),
  }
}
