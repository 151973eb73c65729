import { expect, it } from 'vitest'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { testPageEvents } from '../contracts/page-events.contract.ts'

testPageEvents('createMemoryPageEvents', () => {
  const pageEvents = createMemoryPageEvents()
  return { pageEvents, emit: pageEvents.emit }
})

it('a page in memory is as visible and as connected as it is told', () => {
  const pageEvents = createMemoryPageEvents()
  pageEvents.setVisible(false)
  pageEvents.setOnline(false)
  expect(pageEvents.isVisible()).toBe(false)
  expect(pageEvents.isOnline()).toBe(false)
})

it('a page in memory was come back to if it is told so', () => {
  const pageEvents = createMemoryPageEvents()
  expect(pageEvents.isRevisit?.()).toBe(false)
  pageEvents.setRevisit(true)
  expect(pageEvents.isRevisit?.()).toBe(true)
})

it('a page in memory says of gestures what it is told, and to begin with nothing', () => {
  const pageEvents = createMemoryPageEvents()
  expect(pageEvents.isActivated?.()).toBeUndefined()
  for (const activated of [true, false, undefined]) {
    pageEvents.setActivated(activated)
    expect(pageEvents.isActivated?.()).toBe(activated)
  }
})
