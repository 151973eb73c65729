import type { LaneEvent } from './lane-event.ts'

export type Step = 'previous' | 'next' | 'first' | 'last' | 'lane-above' | 'lane-below'

const steps: Readonly<Record<string, Step>> = {
  ArrowLeft: 'previous',
  ArrowRight: 'next',
  Home: 'first',
  End: 'last',
  ArrowUp: 'lane-above',
  ArrowDown: 'lane-below',
}

export function stepOf(key: string): Step | undefined {
  return steps[key]
}

/**
 * The event that a step leads to: within the lane of the present one, or in the next lane that has
 * any, the nearest in time. Without a present one, among all.
 */
export function walk(
  events: readonly LaneEvent[],
  lanes: readonly string[],
  from: LaneEvent | undefined,
  step: Step,
): LaneEvent | undefined {
  const shown = events.filter(({ lane }) => lanes.includes(lane))
  if (!from) return step === 'first' || step === 'next' ? shown[0] : shown.at(-1)
  const inLane = shown.filter(({ lane }) => lane === from.lane)
  const index = inLane.indexOf(from)
  switch (step) {
    case 'previous':
      return inLane[Math.max(0, index - 1)]
    case 'next':
      return inLane[Math.min(inLane.length - 1, index + 1)]
    case 'first':
      return inLane[0]
    case 'last':
      return inLane.at(-1)
    case 'lane-above':
    case 'lane-below':
      return besides(shown, lanes, from, step === 'lane-above' ? -1 : 1) ?? from
  }
}

function besides(
  events: readonly LaneEvent[],
  lanes: readonly string[],
  from: LaneEvent,
  direction: 1 | -1,
): LaneEvent | undefined {
  const start = lanes.indexOf(from.lane)
  for (let index = start + direction; lanes[index] !== undefined; index += direction) {
    const there = events.filter(({ lane }) => lane === lanes[index])
    if (there.length > 0) return nearest(there, from.at)
  }
  return undefined
}

function nearest(events: readonly LaneEvent[], at: number): LaneEvent | undefined {
  return events.reduce<LaneEvent | undefined>(
    (best, event) => (best && Math.abs(best.at - at) <= Math.abs(event.at - at) ? best : event),
    undefined,
  )
}
