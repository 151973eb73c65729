import { expect, test } from 'vitest'
import { createEventLog } from '../../../demo/page/timeline/event-log.ts'
import type { EventLog } from '../../../demo/page/timeline/event-log.ts'
import { laneEvent } from './lane-events.ts'

function logOf(capacity: number, ...instants: readonly number[]): EventLog {
  const log = createEventLog(capacity)
  for (const at of instants) log.add(laneEvent('sent', at))
  return log
}

const instantsOf = (log: EventLog): number[] => log.toArray().map(({ at }) => at)

test('events that come late take their place', () => {
  expect(instantsOf(logOf(10, 5, 1, 4, 2, 3))).toEqual([1, 2, 3, 4, 5])
})

test('events of the same instant stay in the order in which they came', () => {
  const log = createEventLog(10)
  const events = ['claimed', 'sent', 'committed'].map((type) => laneEvent(type, 7))
  for (const event of events) log.add(event)
  expect(log.toArray()).toEqual(events)
})

test('a full log forgets the oldest, also when events come late', () => {
  expect(instantsOf(logOf(3, 1, 2, 4, 3, 6, 5))).toEqual([4, 5, 6])
})

test('what is older than everything in a full log is not kept', () => {
  expect(instantsOf(logOf(3, 5, 6, 7, 2))).toEqual([5, 6, 7])
})

test('the first event from an instant on is found after the ring has gone round', () => {
  const log = logOf(4, 10, 20, 30, 40, 50, 60)
  expect([0, 30, 31, 60, 61].map((at) => log.at(log.firstFrom(at))?.at)).toEqual([
    30,
    30,
    40,
    60,
    undefined,
  ])
})

test('an event is found among others of its instant, and no longer once forgotten', () => {
  const log = createEventLog(2)
  const events = [laneEvent('sent', 1), laneEvent('sent', 1), laneEvent('sent', 2)] as const
  log.add(events[0])
  log.add(events[1])
  expect(log.indexOf(events[1])).toBe(1)
  log.add(events[2])
  expect(events.map((event) => log.indexOf(event))).toEqual([-1, 0, 1])
})

test('an emptied log takes events again', () => {
  const log = logOf(2, 1, 2, 3)
  log.clear()
  expect(log.size).toBe(0)
  log.add(laneEvent('sent', 1))
  expect(instantsOf(log)).toEqual([1])
})
