import { expect, test } from 'vitest'
import { createEventLog } from '../../../demo/page/timeline/event-log.ts'
import type { LaneEvent } from '../../../demo/page/timeline/lane-event.ts'

function event(at: number, lane = 'Tab 1'): LaneEvent {
  return { lane, at, type: 'sent', details: {} }
}

const instants = (events: readonly LaneEvent[]): number[] => events.map(({ at }) => at)

test('events of several tabs that come out of order are kept in the order of their instants', () => {
  const log = createEventLog(10)
  for (const at of [5, 1, 9, 3, 3]) log.add(event(at))
  expect(instants(log.all())).toEqual([1, 3, 3, 5, 9])
})

test('of events of the same instant the one that came first stays first', () => {
  const log = createEventLog(10)
  log.add(event(1, 'Tab 1'))
  log.add(event(1, 'Tab 2'))
  expect(log.all().map(({ lane }) => lane)).toEqual(['Tab 1', 'Tab 2'])
})

test('a window holds the events of both its ends', () => {
  const log = createEventLog(10)
  for (const at of [1, 2, 2, 3, 4]) log.add(event(at))
  expect(instants(log.between(2, 3))).toEqual([2, 2, 3])
  expect(instants(log.between(0, 1))).toEqual([1])
  expect(instants(log.between(5, 9))).toEqual([])
})

test('when there are too many the oldest go', () => {
  const log = createEventLog(20)
  for (let at = 0; at < 100; at += 1) log.add(event(at))
  expect(log.all().length).toBeLessThanOrEqual(20)
  expect(log.all().at(-1)?.at).toBe(99)
  expect(log.all()[0]?.at).toBeGreaterThanOrEqual(80)
})

test('a cleared log is empty', () => {
  const log = createEventLog(10)
  log.add(event(1))
  log.clear()
  expect(log.all()).toEqual([])
})
