import { expect, test } from 'vitest'
import { explain } from '../../../demo/page/timeline/explain.ts'

const at = new Date(2026, 0, 2, 10, 42, 7, 120).getTime()

function explained(type: string, details: Record<string, string | number | boolean> = {}): string {
  return explain({ lane: 'Tab 3', at, type, details })
}

test('an explanation names the tab, the time and what it means', () => {
  expect(explained('committed', { generation: 5, tookMs: 131.6 })).toBe(
    'Tab 3 · 10:42:07.120 · committed: the new tokens are in storage: generation 5, after 132 ms',
  )
})

test('a request tells its status and whether it was sent twice', () => {
  expect(explained('request', { outcome: '200', sends: 1, tookMs: 8 })).toContain(
    'the API answered 200, after 8 ms',
  )
  expect(explained('request', { outcome: '200', sends: 2, tookMs: 8 })).toContain('sent twice')
  expect(explained('request', { outcome: 'NETWORK', sends: 1 })).toContain(
    'the API could not be called: NETWORK',
  )
})

test('the lock is told apart from going on without it', () => {
  expect(explained('lock-granted', { held: true, waitedMs: 3 })).toContain('it has the lock')
  expect(explained('lock-granted', { held: false, waitedMs: 3 })).toContain('without the lock')
})

test('an event that nobody knows is shown all the same', () => {
  expect(explained('new-in-a-later-version')).toContain('something else happened')
})
