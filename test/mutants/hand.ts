import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutants-of.ts'
import type { Outcome, TestFile } from './test-bench.ts'

export interface Hand {
  readonly look: () => Promise<TestFile[]>
  /** Whoever takes longer than `limitMs` runs in a circle, and is ended. */
  readonly judge: (mutant: Mutant, paths: readonly string[], limitMs: number) => Promise<Outcome>
  readonly leave: () => void
}

type Reply = { readonly result: unknown } | { readonly error: string }

function replyOf(process: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('The process that runs the tests has gone.'))
    process.once('exit', gone)
    process.once('message', (reply: Reply) => {
      process.off('exit', gone)
      if ('error' in reply) reject(new Error(reply.error))
      else resolve(reply.result)
    })
  })
}

/** A test bench in a process of its own, which is started anew where a mutant has hung it. */
export function createHand(): Hand {
  let running: Promise<ChildProcess> | undefined

  const start = async (): Promise<ChildProcess> => {
    const started = fork(fileURLToPath(new URL('hand.js', import.meta.url)), { silent: true })
    started.stderr?.pipe(process.stderr)
    started.stdout?.resume()
    await replyOf(started)
    return started
  }
  const ask = async (message: object, limitMs: number): Promise<unknown> => {
    running ??= start()
    const child = await running
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
    try {
      const reply = replyOf(child)
      child.send(message)
      return await reply
    } catch (error) {
      running = undefined
      child.kill('SIGKILL')
      throw error
    } finally {
      clearTimeout(limit)
    }
  }

  return {
    look: async () => (await ask({}, 600_000)) as TestFile[],
    judge: async (mutant, paths, limitMs) => {
      const outcome = ask({ mutant, paths }, limitMs)
      return outcome.catch((): Outcome => ({ kind: 'timed out' })) as Promise<Outcome>
    },
    leave: () => void running?.then((child) => child.kill()),
  }
}
