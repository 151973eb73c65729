import { expect, test } from 'vitest'
import type { LaneEvent } from '../../../demo/page/timeline/lane-event.ts'
import { markOf, spansOf } from '../../../demo/page/timeline/marks.ts'

function event(type: string, at: number, details: LaneEvent['details'] = {}): LaneEvent {
  return { lane: 'Tab 1', at, type, details }
}

const request = (fromAt: number, untilAt: number): object => ({
  lane: 'Tab 1',
  kind: 'request',
  fromAt,
  untilAt,
})

test.for(['committed', 'dropped', 'held-off', 'halted', 'session-ended', 'closed', 'loaded'])(
  'a token request lasts from "sent" to "%s"',
  (end) => {
    const events = [event('sent', 10), event('adopted', 12), event(end, 15)]
    expect(spansOf(events, 99)).toContainEqual(request(10, 15))
  },
)

test('a request without an end is still on its way', () => {
  expect(spansOf([event('sent', 10)], 99)).toEqual([request(10, 99)])
})

test('a second send ends the first', () => {
  expect(spansOf([event('sent', 10), event('sent', 20)], 99)).toEqual([
    request(10, 20),
    request(20, 99),
  ])
})

test('an end in another lane ends nothing', () => {
  const elsewhere = { ...event('committed', 15), lane: 'Tab 2' }
  expect(spansOf([event('sent', 10), elsewhere], 99)).toEqual([request(10, 99)])
})

test('a hold-off lasts as long as the tab said, whatever its clock says', () => {
  const hours = 3 * 3_600_000
  const heldOff = event('held-off', 10, { at: hours, retryAt: hours + 1_000 })
  expect(spansOf([heldOff], 99)).toEqual([
    { lane: 'Tab 1', kind: 'hold-off', fromAt: 10, untilAt: 1_010 },
  ])
})

test('the colour of a request is that of its outcome', () => {
  const tint = (outcome: string): string => markOf(event('request', 1, { outcome })).tint
  expect(['200', '401', '500', 'NETWORK'].map(tint)).toEqual(['good', 'warn', 'bad', 'bad'])
})

test('an event that nobody knows has a mark too', () => {
  expect(markOf(event('new-in-a-later-version', 1))).toEqual({ shape: 'square', tint: 'quiet' })
})
