import { beforeEach, describe, expect, it } from 'vitest'
import type { PageEvent, PageEvents } from '../../src/core/ports.ts'

interface Page {
  readonly pageEvents: PageEvents
  readonly emit: (event: PageEvent) => void
}

/**
 * What every source of page events owes.
 *
 * @param makePage A page that is visible and online, and a way to make events happen to it.
 */
export function testPageEvents(name: string, makePage: () => Page): void {
  describe(`${name} as page events`, () => {
    let page: Page

    beforeEach(() => {
      page = makePage()
    })

    it('says that the page is visible and online', () => {
      expect(page.pageEvents.isVisible()).toBe(true)
      expect(page.pageEvents.isOnline()).toBe(true)
    })

    it.each<PageEvent>(['hide', 'restore', 'visible', 'resume', 'online'])(
      'reports %s',
      (event) => {
        const reported: PageEvent[] = []
        const unsubscribe = page.pageEvents.subscribe((happened) => reported.push(happened))
        page.emit(event)
        expect(reported).toEqual([event])
        unsubscribe()
      },
    )

    it('reports to every subscriber until it unsubscribes', () => {
      const reported: string[] = []
      const listener = (event: PageEvent) => void reported.push(event)
      const unsubscribeFirst = page.pageEvents.subscribe(listener)
      const unsubscribeSecond = page.pageEvents.subscribe(listener)
      page.emit('online')
      unsubscribeFirst()
      page.emit('hide')
      unsubscribeSecond()
      page.emit('visible')
      expect(reported).toEqual(['online', 'online', 'hide'])
    })
  })
}

/** Makes the events of a real page happen in this one. */
export function emitDomEvent(event: PageEvent): void {
  if (event === 'hide') window.dispatchEvent(new Event('pagehide'))
  if (event === 'restore') window.dispatchEvent(pageshow(true))
  if (event === 'online') window.dispatchEvent(new Event('online'))
  if (event === 'visible') document.dispatchEvent(new Event('visibilitychange'))
  if (event === 'resume') document.dispatchEvent(new Event('resume'))
}

/** Set by hand, because happy-dom forgets what its constructor is told. */
export function pageshow(persisted: boolean): Event {
  return Object.defineProperty(new Event('pageshow'), 'persisted', { value: persisted })
}
