import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { Message } from '../shared/messages.ts'
import type { LaneEvent } from '../timeline/lane-event.ts'
import { growth } from './stage.ts'
import type { Stage } from './stage.ts'

export const twentyLinesLane = 'Twenty lines'
const requestsEach = 10
const loadWithinMs = 15_000

/** What a storm came to. */
export interface StormResult {
  readonly outcomes: readonly string[]
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
  readonly result: ReadonlySignal<ComparisonResult | undefined>
  /** The names of the frames with the twenty lines that have to be there. */
  readonly frames: ReadonlySignal<readonly string[]>
  receive(message: Message): void
  run(stage: Stage): Promise<string>
}

export function createComparison(): Comparison {
  const result = signal<ComparisonResult | undefined>(undefined)
  const frames = signal<readonly string[]>([])
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
    stage: Stage,
    clientId: string,
    call: () => Promise<readonly string[]>,
  ): Promise<StormResult> {
    const before = await stage.servers.read(clientId)
    const outcomes = await call()
    const after = await stage.servers.read(clientId)
    return {
      outcomes,
      grants: growth(before, after, 'refreshGrants'),
      replays: growth(before, after, 'replays'),
      // Not whether there is any: an earlier visitor may have left one.
      isSessionAlive: growth(before, after, 'sessions') >= 0,
    }
  }

  return {
    result,
    frames,
    receive(message) {
      if (message.kind === 'event' && message.event.type === 'loaded') onLoaded(message.event)
    },
    async run(stage) {
      const { clientId, twentyLinesClientId } = stage.facts
      const { tabs, servers } = stage
      await stage.keepSession()
      const lanes = tabs.open.value.map((_, index) => `${twentyLinesLane} ${index + 1}`)
      await openTwentyLines(stage, lanes)

      await stage.expire()
      const call = { type: 'call', times: requestsEach } as const
      const tokenring = await storm(stage, clientId, () => tabs.orderAll(call))

      await servers.authorizationServer.turn('revoke-access-tokens', {
        client: twentyLinesClientId,
      })
      const twentyLines = await storm(stage, twentyLinesClientId, async () =>
        (await Promise.all(lanes.map((lane) => tabs.order(lane, call)))).flat(),
      )
      result.value = { tokenring, twentyLines }
      frames.value = []
      return `${answered(tokenring)} requests answered with tokenring, ${answered(twentyLines)} with twenty lines`
    },
  }
}

export function answered({ outcomes }: StormResult): number {
  return outcomes.filter((outcome) => outcome === '200').length
}
