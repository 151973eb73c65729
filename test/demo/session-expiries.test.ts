import { expect, test } from 'vitest'
import { createSessionExpiries } from '../../demo/session-expiries.ts'
import type { SessionExpiries } from '../../demo/session-expiries.ts'

let now = 0

function signedIn(): SessionExpiries {
  now = 1_000_000
  const expiries = createSessionExpiries(() => now)
  expiries.started('one')
  return expiries
}

test('a refresh long after the sign-in begins an expiry', () => {
  const expiries = signedIn()
  now += 3_000
  expect(expiries.refreshed('one')).toBe(true)
})

test('a refresh right after the sign-in begins none', () => {
  const expiries = signedIn()
  now += 2_999
  expect(expiries.refreshed('one')).toBe(false)
})

test('of ten refreshes at one moment the first one begins the expiry', () => {
  const expiries = signedIn()
  now += 30_000
  const began = Array.from({ length: 10 }, () => expiries.refreshed('one'))
  expect(began.filter(Boolean)).toHaveLength(1)
})

test('the next expiry is another one', () => {
  const expiries = signedIn()
  now += 30_000
  expiries.refreshed('one')
  now += 30_000
  expect(expiries.refreshed('one')).toBe(true)
})

test('a revoked access token has to be renewed however young it is', () => {
  const expiries = signedIn()
  expiries.revoked('one')
  expect(expiries.refreshed('one')).toBe(true)
  expect(expiries.refreshed('one')).toBe(false)
})

test('sessions do not share their expiries', () => {
  const expiries = signedIn()
  now += 30_000
  expiries.refreshed('one')
  expect(expiries.refreshed('two')).toBe(true)
})
