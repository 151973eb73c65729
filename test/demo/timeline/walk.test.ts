import { expect, test } from 'vitest'
import type { LaneEvent } from '../../../demo/page/timeline/lane-event.ts'
import { stepOf, walk } from '../../../demo/page/timeline/walk.ts'

const event = (lane: string, at: number): LaneEvent => ({ lane, at, type: 'sent', details: {} })

const events = [
  event('Tab 1', 1),
  event('Tab 3', 2),
  event('Tab 1', 3),
  event('Tab 3', 9),
  event('hidden', 10),
]
const lanes = ['Tab 1', 'Tab 2', 'Tab 3']
const [first, second, third, fourth] = events

test('without a present event the walk begins at either end of what is shown', () => {
  expect(walk(events, lanes, undefined, 'next')).toBe(first)
  expect(walk(events, lanes, undefined, 'last')).toBe(fourth)
})

test('left and right stay in the lane, and stop at its ends', () => {
  expect(walk(events, lanes, first, 'next')).toBe(third)
  expect(walk(events, lanes, third, 'next')).toBe(third)
  expect(walk(events, lanes, first, 'previous')).toBe(first)
})

test('up and down pass over empty lanes to the event nearest in time', () => {
  expect(walk(events, lanes, third, 'lane-below')).toBe(second)
  expect(walk(events, lanes, fourth, 'lane-above')).toBe(third)
  expect(walk(events, lanes, first, 'lane-above')).toBe(first)
})

test('an event that has gone from the log leads to its lane all the same', () => {
  expect(walk(events, lanes, event('Tab 1', 0), 'next')).toBe(first)
})

test('nothing is found where nothing is', () => {
  expect(walk([], lanes, undefined, 'next')).toBeUndefined()
})

test('keys that are not for walking are left alone', () => {
  expect(stepOf('ArrowUp')).toBe('lane-above')
  expect(stepOf('Tab')).toBeUndefined()
})
