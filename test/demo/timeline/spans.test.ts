import { expect, test } from 'vitest'
import { spansAmong } from '../../../demo/page/timeline/layout/spans.ts'
import { laneEvent } from './lane-events.ts'

const hourMs = 3_600_000

test.each([
  ['committed', 'good'],
  ['held-off', 'warn'],
  ['dropped', 'bad'],
  ['session-ended', 'bad'],
  ['closed', 'bad'],
])('a token request lasts from "sent" to "%s"', (type, end) => {
  const [span] = spansAmong([laneEvent('sent', 100), laneEvent(type, 250)], 9_000)
  expect(span).toMatchObject({ kind: 'token-request', fromAt: 100, untilAt: 250, end })
})

test('another lane does not end a token request', () => {
  const events = [laneEvent('sent', 100), laneEvent('committed', 200, {}, 'Tab 2')]
  expect(spansAmong(events, 300)).toMatchObject([{ untilAt: 300, end: 'open' }])
})

test('a token request that nobody ends was lost after half a minute', () => {
  expect(spansAmong([laneEvent('sent', 0)], 90_000)).toMatchObject([
    { untilAt: 30_000, end: 'bad' },
  ])
})

test('a wait lasts as long as the tab said, however wrong its clock', () => {
  const details = { retryAt: 1_000 + 4_000 + hourMs }
  const [span] = spansAmong([laneEvent('held-off', 1_000, details, 'Tab 1', hourMs)], 1_500)
  expect(span).toMatchObject({ kind: 'hold-off', fromAt: 1_000, untilAt: 5_000 })
})

test('a wait is over when the lane has new tokens', () => {
  const events = [laneEvent('held-off', 0, { retryAt: 60_000 }), laneEvent('adopted', 2_000)]
  expect(spansAmong(events, 3_000)).toMatchObject([{ kind: 'hold-off', untilAt: 2_000 }])
})
