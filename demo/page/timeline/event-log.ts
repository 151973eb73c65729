import type { LaneEvent } from './lane-event.ts'

/** The last events of all lanes, in the order of their instants. */
export interface EventLog {
  add(event: LaneEvent): void
  all(): readonly LaneEvent[]
  /** Those from `fromAt` to `untilAt`, both included. */
  between(fromAt: number, untilAt: number): readonly LaneEvent[]
  clear(): void
}

/** @param capacity The oldest go when there are more; a tenth at a time, because moving all costs. */
export function createEventLog(capacity: number): EventLog {
  let events: LaneEvent[] = []

  /** The place of the first event that is later than `at`; or, with `orAt`, not earlier. */
  function place(at: number, orAt: boolean): number {
    let low = 0
    let high = events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = events[middle]?.at ?? 0
      if (there < at || (there === at && !orAt)) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(event) {
      events.splice(place(event.at, false), 0, event)
      if (events.length > capacity) events = events.slice(Math.ceil(capacity / 10))
    },
    all: () => events,
    between: (fromAt, untilAt) => events.slice(place(fromAt, true), place(untilAt, false)),
    clear() {
      events = []
    },
  }
}
