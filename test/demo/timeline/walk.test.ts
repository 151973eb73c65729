import { expect, test } from 'vitest'
import { createEventLog } from '../../../demo/page/timeline/event-log.ts'
import { commandOf } from '../../../demo/page/timeline/keys.ts'
import { walk } from '../../../demo/page/timeline/walk.ts'
import type { Step } from '../../../demo/page/timeline/walk.ts'
import { laneEvent } from './lane-events.ts'

const lanes = ['Tab 1', 'Tab 2', 'Tab 3']
const a1 = laneEvent('a', 1, {}, 'Tab 1')
const c2 = laneEvent('c', 2, {}, 'Tab 3')
const a3 = laneEvent('a', 3, {}, 'Tab 1')
const c9 = laneEvent('c', 9, {}, 'Tab 3')
const hidden = laneEvent('h', 10, {}, 'Tab 7')
const log = createEventLog(10)
for (const event of [a1, c2, a3, c9, hidden]) log.add(event)

test.each<[string, typeof a1 | undefined, Step, typeof a1 | undefined]>([
  ['from nowhere to the newest in a lane', undefined, 'previous', c9],
  ['back in the lane', a3, 'previous', a1],
  ['no further than the first', a1, 'previous', undefined],
  ['on in the lane', c2, 'next', c9],
  ['to the first', a3, 'first', a1],
  ['to the last', c2, 'last', c9],
  ['down past an empty lane, to what is nearest', a3, 'lane-below', c2],
  ['up to what is nearest', c9, 'lane-above', a3],
  ['no higher than the top', a1, 'lane-above', undefined],
  ['on from an event that is forgotten', laneEvent('a', 2, {}, 'Tab 1'), 'next', a3],
])('leads %s', (_name, from, step, to) => {
  expect(walk(log, lanes, from, step)).toBe(to)
})

test('combinations of keys belong to the browser', () => {
  const plain = { key: '-', ctrlKey: false, metaKey: false, altKey: false }
  expect(commandOf(plain)).toBe('zoom-out')
  expect(commandOf({ ...plain, ctrlKey: true })).toBeUndefined()
})

test('up leads to the next lane above in which something has happened, not to the topmost', () => {
  const full = createEventLog(10)
  for (const event of [a1, c2, laneEvent('d', 9, {}, 'Tab 4')]) full.add(event)
  const from = full.at(2)
  expect(walk(full, [...lanes, 'Tab 4'], from, 'lane-above')).toBe(c2)
})
