import { expect, test } from 'vitest'
import { describeEvent, explain } from '../../../demo/page/timeline/explain.ts'
import { exportedLog } from '../../../demo/page/timeline/exported-log.ts'
import type { LaneEvent } from '../../../demo/page/timeline/lane-event.ts'
import { laneEvent } from './lane-events.ts'

test('a sentence comes with who and when', () => {
  const at = new Date(2026, 0, 2, 10, 42, 7, 120).getTime()
  const event = laneEvent('committed', at, { generation: 5, tookMs: 132 }, 'Tab 3')
  expect(describeEvent(event)).toBe(
    'Tab 3 · 10:42:07.120 · committed: the new tokens are in storage (generation 5, took 132 ms)',
  )
})

test('facts that are missing are left out', () => {
  expect(explain(laneEvent('committed', 0))).toBe('committed: the new tokens are in storage')
})

test.each([
  ['lock-granted', { held: false, waitedMs: 3 }, /without the browser’s lock \(waited 3 ms\)/],
  [
    'held-off',
    { code: 'SERVER_ERROR', attempt: 2, retryAt: 4_500 },
    /for 4.5 s \(SERVER_ERROR, attempt 2\)/,
  ],
  ['session-ended', { reason: 'rotation-lost' }, /lost on its way/],
  ['retried', { because: 'renewed-token' }, /a second time: .*a new one was fetched/],
  ['request', { outcome: '200', sends: 2, tookMs: 41 }, /answered 200 \(sent twice, took 41 ms\)/],
  ['request', { outcome: 'NETWORK', sends: 1 }, /no response, but NETWORK/],
  ['trouble', { label: 'Offline' }, /Offline \(on purpose\)/],
  ['brand-new', {}, /brand-new: something happened/],
])('%s with %o', (type, details: LaneEvent['details'], sentence) => {
  expect(explain(laneEvent(type, 0, details))).toMatch(sentence)
})

test('only plain facts are exported', () => {
  const details = { label: 'a', count: 1, held: true, token: { secret: 'x' } } as unknown
  const event = { lane: 'Tab 1', at: 1, type: 'x', details: details as LaneEvent['details'] }
  expect(exportedLog([event], 9)).toEqual({
    exportedAt: 9,
    events: [{ lane: 'Tab 1', at: 1, type: 'x', details: { label: 'a', count: 1, held: true } }],
  })
})
