import { describe, expect, it } from 'vitest'
import { createPage, type Page } from '../../src/core/page.ts'
import type { PageEvent } from '../../src/core/ports.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import {
  createMemoryPageEvents,
  type MemoryPageEvents,
} from '../../src/testing/memory-page-events.ts'

function open(change: (events: MemoryPageEvents) => void = () => {}): {
  readonly page: Page
  readonly events: MemoryPageEvents
  readonly clock: ManualClock
  readonly heard: PageEvent[]
  readonly stop: () => void
} {
  const events = createMemoryPageEvents()
  change(events)
  const clock = createManualClock()
  const page = createPage(events, clock)
  const heard: PageEvent[] = []
  const stop = page.subscribe((event) => heard.push(event))
  return { page, events, clock, heard, stop }
}

describe('a page', () => {
  it('is put away from the moment it is hidden until it is back', () => {
    const { page, events } = open()
    expect(page.isAway()).toBe(false)
    events.emit('hide')
    expect(page.isAway()).toBe(true)
    events.emit('restore')
    expect(page.isAway()).toBe(false)
  })

  it('is here where the browser does not tell of prerendering, and whoever waits for that goes on', async () => {
    const { page } = open((events) => {
      delete (events as { isPrerendering?: unknown }).isPrerendering
    })
    expect(page.isAway()).toBe(false)
    expect(page.present()).toBeInstanceOf(Promise)
    await page.present()
  })

  it.each(['visible', 'resume'] as const)(
    'that was put away is back when it reports %s, though nothing was said of a return',
    (event) => {
      const { page, events, heard } = open()
      events.emit('hide')
      events.emit(event)
      expect(page.isAway()).toBe(false)
      expect(heard).toEqual(['hide', 'restore'])
    },
  )

  it('that was here all the time only comes to the front', () => {
    const { events, heard } = open()
    events.emit('visible')
    events.emit('resume')
    expect(heard).toEqual(['visible', 'resume'])
  })

  it('that was put away is not back because the network is', () => {
    const { page, events } = open()
    events.emit('hide')
    events.emit('online')
    expect(page.isAway()).toBe(true)
  })

  it('that is prerendered is put away until it is shown', async () => {
    const { page, events } = open((prerendered) => prerendered.setPrerendering(true))
    expect(page.isAway()).toBe(true)
    const shown = page.present()
    events.emit('restore')
    await shown
    expect(page.isAway()).toBe(false)
  })

  it('says whether it is visible and has a network', () => {
    const { page, events } = open()
    expect([page.isVisible(), page.isOnline()]).toEqual([true, true])
    events.setVisible(false)
    events.setOnline(false)
    expect([page.isVisible(), page.isOnline()]).toEqual([false, false])
  })

  it('reports nothing to whoever has stopped listening, nor once it is disposed of', () => {
    const { page, events, heard, stop } = open()
    const others: PageEvent[] = []
    page.subscribe((event) => others.push(event))
    stop()
    events.emit('online')
    page.dispose()
    events.emit('online')
    expect([heard, others]).toEqual([[], ['online']])
  })
})

describe('present()', () => {
  it('fulfils at once while the page is here, and else when it is back', async () => {
    const { page, events } = open()
    await page.present()
    events.emit('hide')
    let isHere = false
    const present = page.present().then(() => (isHere = true))
    events.emit('online')
    await Promise.resolve()
    expect(isHere).toBe(false)
    events.emit('restore')
    await present
    expect(isHere).toBe(true)
  })
})

describe('the instants that a page remembers', () => {
  it('are 0 as long as there is nothing to remember', () => {
    const { page } = open()
    expect([page.onlineAt(), page.answeredAt()]).toEqual([0, 0])
  })

  it('are those of the wall clock, and go with it when it is set', () => {
    const { page, events, clock } = open()
    clock.advance(1_000)
    const at = clock.now()
    events.emit('online')
    clock.advance(500)
    page.noteAnswer()
    clock.advance(500)
    expect([page.onlineAt(), page.answeredAt()]).toEqual([at, at + 500])
    clock.stepWallClock(-60_000)
    expect([page.onlineAt(), page.answeredAt()]).toEqual([at - 60_000, at - 59_500])
  })
})
