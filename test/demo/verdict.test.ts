import { expect, test } from 'vitest'
import type { StormResult } from '../../demo/page/board/comparison.ts'
import { verdictOf } from '../../demo/page/board/verdict.ts'

const calm: StormResult = {
  tabs: [
    ['200', '200'],
    ['200', '200'],
  ],
  grants: 1,
  replays: 0,
  isSessionAlive: true,
}

test('a session that is kept is said to be, with what it cost', () => {
  expect(verdictOf(calm)).toEqual({
    light: 'good',
    headline: 'Signed in',
    sessionsLost: 0,
    tabs: [true, true],
    why: '1 refresh for 2 tabs. 4 of 4 requests answered.',
  })
})

test('a session that the server has ended is lost for every tab, also for one that was answered', () => {
  const storm = { ...calm, tabs: [['200'], ['signed out']], replays: 3, isSessionAlive: false }
  expect(verdictOf(storm)).toEqual({
    light: 'bad',
    headline: 'Thrown out',
    sessionsLost: 1,
    tabs: [false, false],
    why: '3 used refresh tokens came back: to the server, that is a thief. 1 of 2 requests answered.',
  })
})

test('a server without rotation throws nobody out, however many refreshes there are', () => {
  expect(verdictOf({ ...calm, grants: 2 }).why).toBe(
    '2 refreshes for 2 tabs. 4 of 4 requests answered.',
  )
})

test('requests that failed are no lost session', () => {
  const verdict = verdictOf({ ...calm, tabs: [['200', '503'], ['200']] })
  expect(verdict).toMatchObject({ light: 'warn', sessionsLost: 0, tabs: [false, true] })
})
