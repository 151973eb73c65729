import { quiet } from '../../src/testing/steps.ts'
import { lookEverywhere, putRight, takeLeave, untilSettled } from './calm-down.ts'
import { describeMoment, nothingChanges } from './describe-moment.ts'
import { areIndependent, everything, footprintOf, type Footprint } from './footprint.ts'
import { withWords } from './play.ts'
import { seeded } from './script.ts'
import type { Moment } from './promises/moment.ts'
import type { BrokenPromise } from './promises/referee.ts'
import { openStage, type Build, type Setting, type Stage } from './stage.ts'

export interface Fault {
  /** Whether it means anything now. */
  readonly fits: (stage: Stage) => boolean
  readonly happen: (stage: Stage) => void
}

/** What is to be walked: how it begins, and what may happen besides the steps. */
export interface Walk {
  readonly setting: Setting
  /** Asks the tabs for something; every schedule begins with it. */
  readonly begin: (stage: Stage) => void
  /** What may happen once each, in this order, between any two steps. */
  readonly faults?: readonly Fault[]
  /** Whether a call may have to wait for time to pass. */
  readonly timeMayPass: boolean
  /** How many token requests it takes, each of which is granted; as many as it may be, if absent. */
  readonly grants?: number
}

export interface Walked {
  /** Schedules that were run to their end. */
  readonly schedules: number
  /** Schedules broken off, because one that comes to the same has been run. */
  readonly spared: number
  readonly broken: BrokenPromise | undefined
  /** What happened in the schedule that broke a promise. */
  readonly trace: readonly string[]
  readonly isComplete: boolean
  /** What happened in storage and on the wire, in order: one story for each way it may go. */
  readonly stories: ReadonlySet<string>
}

/** A place where it could go on in more ways than one; kept while the ways are tried in turn. */
interface Fork {
  /** The way tried now. */
  current: string
  /** Ways that need not be tried here: they come to the same as what was tried elsewhere. */
  readonly asleep: Map<string, Footprint>
}

const fault = 'fault'

/**
 * Runs every schedule there is, depth first, each from the beginning. Of schedules that differ only
 * in the order of steps that touch nothing in common, one is run (sleep sets, Godefroid 1996).
 */
export async function walk(
  what: Walk,
  how: {
    readonly build?: Build
    readonly limit?: number
    /** Runs one alone, by ways that chance takes, which is the same for the same seed. */
    readonly seed?: number
    /** Runs every order, also of steps that touch nothing in common. */
    readonly everyOrder?: boolean
  } = {},
): Promise<Walked> {
  const stories = new Set<string>()
  const forks: Fork[] = []
  let schedules = 0
  let spared = 0
  const below = how.seed === undefined ? firstOne : seeded(how.seed)
  for (;;) {
    const { isSpared, broken, trace, story, open } = await runOne(what, { forks, below }, how)
    if (isSpared) spared += 1
    else schedules += 1
    if (!isSpared) stories.add(story)
    const isComplete = !open
    const isEnough = how.seed !== undefined || schedules + spared === (how.limit ?? Infinity)
    if (broken || isComplete || isEnough)
      return { schedules, spared, broken, trace, isComplete, stories }
  }
}

const firstOne = (): number => 0

/** Follows `forks`, then goes new ways to the end, and sets `forks` for the next schedule. */
async function runOne(
  what: Walk,
  { forks, below }: { readonly forks: Fork[]; readonly below: (limit: number) => number },
  how: { readonly build?: Build; readonly everyOrder?: boolean },
): Promise<{
  readonly isSpared: boolean
  readonly broken: BrokenPromise | undefined
  readonly trace: readonly string[]
  readonly story: string
  /** Whether there is a next one. */
  readonly open: boolean
}> {
  const stage = await openStage(what.setting, how.build)
  const { browser, referee } = stage
  const trace: string[] = []
  const footprints: Footprint[] = []
  const alternatives: string[][] = []
  const story: string[] = []
  const log = (words: string): boolean => {
    trace.push(withWords(words, stage))
    if (stage.server.counts.requests > (what.grants ?? Infinity)) {
      referee.broken('one grant for one need', `${stage.server.counts.requests} token requests`)
    }
    return referee.verdict() !== undefined
  }
  what.begin(stage)
  await quiet()
  log('it begins')
  const faultsLeft = [...(what.faults ?? [])]
  let asleep: ReadonlyMap<string, Footprint> = new Map()
  let isSpared = false

  for (let depth = 0; !referee.verdict(); depth += 1) {
    const ready = new Map(browser.steps.ready().map((step) => [browser.steps.nameOf(step), step]))
    const [waiting] = stage.waiting().filter(({ tab }) => tab.state === 'running')
    const mayFail = faultsLeft[0]?.fits(stage) === true
    if (ready.size === 0 && waiting && !mayFail) {
      if (!what.timeMayPass) {
        referee.broken('no waiting for time', `${waiting.tab.name} waits: ${waiting.kind}`)
        break
      }
      const ms = browser.pass(60_000)
      await quiet()
      if (log(`${ms} ms pass`)) break
      asleep = new Map()
      depth -= 1
      continue
    }
    const ways = [...ready.keys(), ...(mayFail ? [fault] : [])]
    if (ways.length === 0) break
    const known = forks[depth]
    const fork = known ?? { current: '', asleep: new Map(asleep) }
    const awake = ways.filter((way) => !fork.asleep.has(way))
    if (!known) {
      const first = awake[below(awake.length)]
      if (first === undefined) {
        isSpared = true
        break
      }
      fork.current = first
      forks[depth] = fork
    }
    alternatives[depth] = awake.filter((way) => way !== fork.current)
    const moments: Moment[] = []
    stage.onMoment = (moment) => void moments.push(moment)
    const step = ready.get(fork.current)
    let footprint = everything
    if (step) {
      await browser.run(step)
      if (!how.everyOrder) footprint = footprintOf(step, moments)
      log(step.label)
    } else {
      faultsLeft.shift()?.happen(stage)
      await quiet()
      log('the fault')
    }
    footprints[depth] = footprint
    story.push(...storyOf(moments))
    asleep = new Map([...fork.asleep].filter(([, other]) => areIndependent(other, footprint)))
  }
  if (!isSpared && !referee.verdict()) {
    await putRight(stage)
    let isBroken = await untilSettled(stage, log)
    // Twice: the first look may be the one that brings storage up to date.
    for (let look = 0; look < 2 && !isBroken; look += 1) isBroken = await lookEverywhere(stage, log)
    if (!isBroken) await takeLeave(stage, log)
    const { grants } = stage.server.counts
    if (grants !== (what.grants ?? grants)) {
      referee.broken('one grant for one need', `${grants} grants`)
    }
  }

  return { isSpared, broken: referee.verdict(), trace, story: story.join('; '), open: turnToNext() }

  /** Goes back to the last fork with a way that was not tried, and takes that. */
  function turnToNext(): boolean {
    for (let fork = forks.pop(); fork; fork = forks.pop()) {
      const depth = forks.length
      fork.asleep.set(fork.current, footprints[depth] ?? everything)
      const [next] = alternatives[depth] ?? []
      if (next === undefined) continue
      fork.current = next
      forks.push(fork)
      return true
    }
    return false
  }
}

/** The part of what happened that others can see; a write that finds itself too late is a read. */
function storyOf(moments: readonly Moment[]): readonly string[] {
  return moments.flatMap((moment) => {
    const isSeen = ['wrote', 'sent', 'arrived'].includes(moment.type)
    const words = isSeen ? describeMoment(moment) : undefined
    return words === undefined || words === nothingChanges ? [] : [words]
  })
}
