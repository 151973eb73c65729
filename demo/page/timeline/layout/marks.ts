import { numberIn } from '../details.ts'
import type { EventLog } from '../event-log.ts'
import type { LaneEvent } from '../lane-event.ts'
import { appearanceOf } from './appearance.ts'
import type { Appearance } from './appearance.ts'
import { markRadius, rowMiddle } from './frame.ts'
import type { Frame } from './frame.ts'
import { spansAmong } from './spans.ts'
import type { Span } from './spans.ts'

/** From instants to pixels, and back. */
export interface Scale {
  (at: number): number
  invert(x: number): number
}

export interface Mark {
  readonly event: LaneEvent
  readonly appearance: Appearance
  readonly x: number
  readonly y: number
  readonly radius: number
  /** How many events are drawn as this one mark. */
  readonly count: number
}

export interface Bar {
  readonly span: Span
  readonly left: number
  readonly right: number
  readonly top: number
  readonly height: number
}

/** From a tab that has fetched tokens to one that takes them over. */
export interface Link {
  readonly from: Point
  readonly to: Point
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface TroubleLine {
  readonly event: LaneEvent
  readonly x: number
}

export interface Scene {
  /** Higher ranks later, so that they come out on top. */
  readonly marks: readonly Mark[]
  readonly bars: readonly Bar[]
  readonly links: readonly Link[]
  /** From left to right, whichever lanes are shown. */
  readonly troubles: readonly TroubleLine[]
}

export interface SceneInput {
  readonly log: EventLog
  /** Those events of the log that begin or end something. */
  readonly borders: EventLog
  readonly frame: Frame
  readonly scale: Scale
  readonly nowAt: number
}

/** As far as a mark reaches out of its instant. */
const reach = 12
/** What lasts longer is not drawn once its beginning is that far away. */
const longestSpanMs = 30 * 60_000
const longestLinkMs = 2_000

/** What there is to be seen between the edges of the plot. Looks at no event that is not there. */
export function layOutScene(input: SceneInput): Scene {
  const { frame, scale, borders, nowAt } = input
  const fromAt = scale.invert(frame.plotLeft - reach)
  const toAt = scale.invert(frame.width + reach)
  const bordering = eventsBetween(borders, fromAt - longestSpanMs, Math.max(toAt, nowAt))
  return {
    ...marksBetween(input, fromAt, toAt),
    bars: spansAmong(bordering, nowAt).flatMap((span) => barOf(span, input)),
    links: linksAmong(bordering, input),
  }
}

function eventsBetween(log: EventLog, fromAt: number, toAt: number): LaneEvent[] {
  const events: LaneEvent[] = []
  for (let index = log.firstFrom(fromAt); ; index++) {
    const event = log.at(index)
    if (!event || event.at > toAt) return events
    events.push(event)
  }
}

function marksBetween(
  { log, frame, scale }: SceneInput,
  fromAt: number,
  toAt: number,
): Pick<Scene, 'marks' | 'troubles'> {
  const pixelMs = scale.invert(1) - scale.invert(0)
  const rows = frame.lanes.size * 2
  const marks = new Map<number, { -readonly [Name in keyof Mark]: Mark[Name] }>()
  const troubles: TroubleLine[] = []
  for (let index = log.firstFrom(fromAt); ; index++) {
    const event = log.at(index)
    if (!event || event.at > toAt) break
    if (event.type === 'trouble') {
      troubles.push({ event, x: scale(event.at) })
      continue
    }
    const lane = frame.lanes.get(event.lane)
    if (!lane) continue
    const appearance = appearanceOf(event)
    const { row, rank } = appearance
    // Pixels are counted from the epoch: counted from the edge, marks would flicker as time goes on.
    const cell = Math.floor(event.at / pixelMs) * rows + lane.index * 2 + row
    const there = marks.get(cell)
    if (there) {
      there.count++
      if (rank <= there.appearance.rank) continue
      there.event = event
      there.appearance = appearance
      there.x = scale(event.at)
      continue
    }
    marks.set(cell, {
      event,
      appearance,
      x: scale(event.at),
      y: rowMiddle(lane, row),
      radius: markRadius(lane.height, row),
      count: 1,
    })
  }
  const byRank = (a: Mark, b: Mark): number => a.appearance.rank - b.appearance.rank
  return { marks: [...marks.values()].sort(byRank), troubles }
}

function barOf(span: Span, { frame, scale }: SceneInput): Bar[] {
  const lane = frame.lanes.get(span.event.lane)
  const left = scale(span.fromAt)
  const right = Math.max(left + 1, scale(span.untilAt))
  if (!lane || right < frame.plotLeft - reach || left > frame.width + reach) return []
  const height = markRadius(lane.height, 0) * 1.5
  return [{ span, left, right, top: rowMiddle(lane, 0) - height / 2, height }]
}

function linksAmong(bordering: readonly LaneEvent[], { frame, scale }: SceneInput): Link[] {
  const links: Link[] = []
  const committed = new Map<number | undefined, LaneEvent>()
  const place = ({ lane, at }: LaneEvent): Point | undefined => {
    const box = frame.lanes.get(lane)
    return box && { x: scale(at), y: rowMiddle(box, 0) }
  }
  for (const event of bordering) {
    const generation = numberIn(event, 'generation')
    if (event.type === 'committed') committed.set(generation, event)
    if (event.type !== 'adopted') continue
    const source = committed.get(generation)
    if (!source || event.at - source.at > longestLinkMs) continue
    const from = place(source)
    const to = place(event)
    if (from && to && to.x > frame.plotLeft && from.x < frame.width) links.push({ from, to })
  }
  return links
}
