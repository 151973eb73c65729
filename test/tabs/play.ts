import { act } from './act.ts'
import { calmDown } from './calm-down.ts'
import type { Exception } from './promises/moment.ts'
import type { BrokenPromise } from './promises/referee.ts'
import type { Script } from './script.ts'
import { openStage, type Build, type Stage } from './stage.ts'

/** What came of a script. */
export interface Played {
  readonly broken: BrokenPromise | undefined
  /** What happened, one line for each step. */
  readonly trace: readonly string[]
  readonly steps: number
  readonly grants: number
  readonly exceptions: ReadonlyMap<Exception, number>
}

/** No script needs as many steps as that. */
const longest = 20_000

/** Plays a script to its end, lets everything grow calm, and asks whether every promise was kept. */
export async function play(script: Script, build?: Build): Promise<Played> {
  const stage = await openStage(script.setting, build)
  const { referee, server } = stage
  const trace: string[] = []
  let steps = 0
  const log = (words: string): boolean => {
    steps += 1
    trace.push(withWords(words, stage))
    if (steps > longest) referee.broken('everything settles', 'it goes on and on')
    return referee.verdict() !== undefined
  }
  for (const entry of script.entries) {
    const words = await act(stage, entry)
    if (words !== undefined && log(words)) break
  }
  if (!referee.verdict()) await calmDown(stage, log)
  const { grants } = server.counts
  return { broken: referee.verdict(), trace, steps, grants, exceptions: referee.exceptions }
}

export function withWords(words: string, stage: Stage): string {
  const further = stage.takeWords()
  return further ? `${words}: ${further}` : words
}
