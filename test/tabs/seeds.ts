import { play, type Played } from './play.ts'
import type { Exception } from './promises/moment.ts'
import { scriptOf, type Script } from './script.ts'
import { shrink } from './shrink.ts'
import type { Build } from './stage.ts'

/** What came of many seeds. */
export interface Tally {
  readonly schedules: number
  readonly steps: number
  readonly grants: number
  readonly exceptions: ReadonlyMap<Exception, number>
  /** The first seed that broke a promise. */
  readonly failing: number | undefined
}

/** Plays the scripts of the seeds from `from` on, as many as `until` lets it, or to the first that fails. */
export async function playSeeds(
  from: number,
  until: (schedules: number) => boolean,
  build?: Build,
  scriptFor: (seed: number) => Script = scriptOf,
): Promise<Tally> {
  const exceptions = new Map<Exception, number>()
  let schedules = 0
  let steps = 0
  let grants = 0
  for (let seed = from; !until(schedules); seed += 1) {
    const played = await play(scriptFor(seed), build)
    schedules += 1
    steps += played.steps
    grants += played.grants
    for (const [name, count] of played.exceptions) {
      exceptions.set(name, (exceptions.get(name) ?? 0) + count)
    }
    if (played.broken) return { schedules, steps, grants, exceptions, failing: seed }
  }
  return { schedules, steps, grants, exceptions, failing: undefined }
}

/** A failing seed, made short, in plain words; with what replays it. */
export async function explainSeed(
  seed: number,
  build?: Build,
  script: Script = scriptOf(seed),
): Promise<string> {
  const { broken } = await play(script, build)
  if (!broken) return `Seed ${seed} keeps every promise.`
  const isSame = (played: Played): boolean => played.broken?.promise === broken.promise
  const short: Script = await shrink(script, async (candidate) =>
    isSame(await play(candidate, build)),
  )
  const played = await play(short, build)
  return [
    `Seed ${seed} breaks the promise "${broken.promise}": ${played.broken?.words}`,
    `with ${JSON.stringify(short.setting)}`,
    ...played.trace.map((line, index) => `${String(index + 1).padStart(4)}  ${line}`),
    `Replay: SCHEDULE_SEED=${seed} npx vitest run --project schedules test/tabs/replay.test.ts`,
  ].join('\n')
}

/** One line for a log. */
export function describeTally({ schedules, steps, grants, exceptions }: Tally): string {
  const met = [...exceptions].map(([name, count]) => `${name} ${count}×`).join(', ')
  return `${schedules} schedules, ${steps} steps, ${grants} grants; documented limits met: ${met || 'none'}`
}
