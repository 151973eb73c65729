import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Message } from '../shared/messages.ts'
import type { LaneEvent } from '../timeline/lane-event.ts'
import { growth } from './stage.ts'
import type { Stage } from './stage.ts'

export const twentyLinesLane = 'By hand'
const requestsEach = 10
const loadWithinMs = 15_000

/** What a storm came to. */
export interface StormResult {
  /** Of the requests of each tab. */
  readonly tabs: readonly (readonly string[])[]
  readonly grants: number
  readonly replays: number
  readonly isSessionAlive: boolean
}

export interface ComparisonResult {
  readonly tokenring: StormResult
  readonly twentyLines: StormResult
}

/** The same storm on tabs with tokenring and on tabs with a refresh of twenty lines. */
export interface Comparison {
  /** What is being done, in a sentence; nothing if it does not run. */
  readonly step: ReadonlySignal<string | undefined>
  readonly result: ReadonlySignal<ComparisonResult | undefined>
  /** The names of the frames with the twenty lines that have to be there. */
  readonly frames: ReadonlySignal<readonly string[]>
  receive(message: Message): void
  run(stage: Stage): Promise<string>
}

export function createComparison(): Comparison {
  const result = signal<ComparisonResult | undefined>(undefined)
  const frames = signal<readonly string[]>([])
  const step = signal<string | undefined>(undefined)
  let onLoaded: (event: LaneEvent) => void = () => {}

  /** Fulfils once each of these has been loaded so often. */
  function loaded(lanes: readonly string[], times: number): Promise<void> {
    const left = new Map(lanes.map((lane) => [lane, times]))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The frames did not load.')), loadWithinMs)
      onLoaded = ({ lane }) => {
        left.set(lane, (left.get(lane) ?? 0) - 1)
        if ([...left.values()].some((count) => count > 0)) return
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function openTwentyLines(stage: Stage, lanes: readonly string[]): Promise<void> {
    const [first = ''] = lanes
    frames.value = []
    const isThere = loaded([first], 1)
    frames.value = [first]
    await isThere
    const isSignedInNow = loaded([first], 1)
    stage.tabs.send(first, { type: 'sign-in', user: 'ada' })
    await isSignedInNow
    const others = lanes.slice(1)
    const areThere = loaded(others, 1)
    frames.value = lanes
    await areThere
  }

  async function storm(
    { tabs: { order }, servers }: Stage,
    clientId: string,
    lanes: readonly string[],
  ): Promise<StormResult> {
    const before = await servers.read(clientId)
    const call = { type: 'call', times: requestsEach } as const
    const tabs = await Promise.all(lanes.map((lane) => order(lane, call)))
    const after = await servers.read(clientId)
    return {
      tabs,
      grants: growth(before, after, 'refreshGrants'),
      replays: growth(before, after, 'replays'),
      // Not whether there is any: an earlier visitor may have left one.
      isSessionAlive: growth(before, after, 'sessions') >= 0,
    }
  }

  async function runOn(stage: Stage): Promise<string> {
    const { clientId, twentyLinesClientId } = stage.facts
    await stage.keepSession()
    const ours = stage.tabs.open.value.map(({ lane }) => lane)
    const theirs = ours.map((_, index) => `${twentyLinesLane} ${index + 1}`)
    await openTwentyLines(stage, theirs)

    step.value = 'The access token runs out, and all tabs want a new one at the same moment.'
    await stage.expire()
    await stage.servers.authorizationServer.turn('revoke-access-tokens', {
      client: twentyLinesClientId,
    })
    const [tokenring, twentyLines] = await Promise.all([
      storm(stage, clientId, ours),
      storm(stage, twentyLinesClientId, theirs),
    ])
    result.value = { tokenring, twentyLines }
    return `By hand: ${inShort(twentyLines)}. tokenring: ${inShort(tokenring)}. Same server, same moment.`
  }

  return {
    step,
    result,
    frames,
    receive(message) {
      if (message.kind === 'event' && message.event.type === 'loaded') onLoaded(message.event)
    },
    async run(stage) {
      result.value = undefined
      step.value = 'Both apps sign in, each with a session of its own.'
      try {
        return await runOn(stage)
      } finally {
        step.value = undefined
        frames.value = []
      }
    },
  }
}

function inShort({ isSessionAlive }: StormResult): string {
  return isSessionAlive ? 'still signed in' : 'thrown out'
}

export function answered({ tabs }: StormResult): number {
  return tabs.flat().filter(isAnswer).length
}

export function asked({ tabs }: StormResult): number {
  return tabs.flat().length
}

export function isAnswer(outcome: string): boolean {
  return outcome === '200'
}
