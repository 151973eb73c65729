import type { EventLog } from './event-log.ts'
import type { LaneEvent } from './lane-event.ts'

export type Step = 'previous' | 'next' | 'first' | 'last' | 'lane-above' | 'lane-below'

/**
 * The event that a step leads to; without a beginning, the newest one shown. Lanes in which nothing
 * has happened are passed over.
 */
export function walk(
  log: EventLog,
  lanes: readonly string[],
  from: LaneEvent | undefined,
  step: Step,
): LaneEvent | undefined {
  if (!from || !lanes.includes(from.lane)) {
    return search(log, log.size - 1, -1, ({ lane }) => lanes.includes(lane))
  }
  const isInLane = ({ lane }: LaneEvent): boolean => lane === from.lane
  const index = log.indexOf(from)
  switch (step) {
    case 'previous':
      return search(log, index === -1 ? log.firstFrom(from.at) - 1 : index - 1, -1, isInLane)
    case 'next':
      return search(log, index === -1 ? log.firstFrom(from.at) : index + 1, 1, isInLane)
    case 'first':
      return search(log, 0, 1, isInLane)
    case 'last':
      return search(log, log.size - 1, -1, isInLane)
    case 'lane-above':
      return firstOf(lanes.slice(0, lanes.indexOf(from.lane)).toReversed(), (lane) =>
        nearestIn(log, lane, from.at),
      )
    case 'lane-below':
      return firstOf(lanes.slice(lanes.indexOf(from.lane) + 1), (lane) =>
        nearestIn(log, lane, from.at),
      )
  }
}

function nearestIn(log: EventLog, name: string, at: number): LaneEvent | undefined {
  const isInLane = ({ lane }: LaneEvent): boolean => lane === name
  const index = log.firstFrom(at)
  const before = search(log, index - 1, -1, isInLane)
  const after = search(log, index, 1, isInLane)
  if (!before || !after) return before ?? after
  return at - before.at < after.at - at ? before : after
}

function search(
  log: EventLog,
  start: number,
  direction: 1 | -1,
  matches: (event: LaneEvent) => boolean,
): LaneEvent | undefined {
  for (let index = start; ; index += direction) {
    const event = log.at(index)
    if (!event || matches(event)) return event
  }
}

function firstOf<In, Out>(
  candidates: readonly In[],
  find: (candidate: In) => Out | undefined,
): Out | undefined {
  for (const candidate of candidates) {
    const found = find(candidate)
    if (found !== undefined) return found
  }
  return undefined
}
