import type { LaneEvent } from './lane-event.ts'

/** The last events in the order of their instants, however they came. */
export interface EventLog {
  readonly size: number
  /** What is no later than anything kept is forgotten at once if the log is full. */
  add(event: LaneEvent): void
  at(index: number): LaneEvent | undefined
  /** The index of the first event at or after an instant; `size` if there is none. */
  firstFrom(at: number): number
  /** Where an event is, or -1. */
  indexOf(event: LaneEvent): number
  clear(): void
  toArray(): LaneEvent[]
}

/** A ring: adding an event that is newer than the others costs the same however many are kept. */
export function createEventLog(capacity: number): EventLog {
  let ring: LaneEvent[] = []
  let start = 0

  const slot = (index: number): number => (start + index) % capacity
  const at = (index: number): LaneEvent | undefined =>
    index < 0 || index >= ring.length ? undefined : ring[slot(index)]

  function firstFrom(instant: number): number {
    let low = 0
    let high = ring.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((at(middle)?.at ?? Infinity) < instant) low = middle + 1
      else high = middle
    }
    return low
  }

  function makeRoom(event: LaneEvent): boolean {
    if (ring.length < capacity) {
      ring.push(event)
      return true
    }
    if (event.at <= (at(0)?.at ?? Infinity)) return false
    start = slot(1)
    return true
  }

  return {
    get size() {
      return ring.length
    },
    add(event) {
      if (!makeRoom(event)) return
      // Events of several tabs come nearly in order, so the right place is near the end.
      let index = ring.length - 1
      for (; index > 0; index--) {
        const before = at(index - 1)
        if (!before || before.at <= event.at) break
        ring[slot(index)] = before
      }
      ring[slot(index)] = event
    },
    at,
    firstFrom,
    indexOf(event) {
      for (let index = firstFrom(event.at); at(index)?.at === event.at; index++) {
        if (at(index) === event) return index
      }
      return -1
    },
    clear() {
      ring = []
      start = 0
    },
    toArray: () => [...ring.slice(start), ...ring.slice(0, start)],
  }
}
