// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPageEvents } from '../../src/adapters/page-events.ts'
import type { PageEvent } from '../../src/core/ports.ts'
import { emitDomEvent, pageshow, testPageEvents } from '../contracts/page-events.contract.ts'

testPageEvents('createPageEvents', () => ({ pageEvents: createPageEvents(), emit: emitDomEvent }))

describe('createPageEvents', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    Reflect.deleteProperty(document, 'prerendering')
  })

  it('reports no return of a page that was loaded', () => {
    expect(reportedDuring(() => window.dispatchEvent(pageshow(false)))).toEqual([])
  })

  it.each<[PageEvent, EventTarget, string]>([
    ['visible', document, 'visibilitychange'],
    ['resume', document, 'resume'],
    ['restore', window, 'pageshow'],
    ['online', window, 'online'],
  ])('reports %s before the listeners of the app, older ones included', (event, target, type) => {
    const heard: string[] = []
    const ofTheApp = (): void => void heard.push('the app')
    target.addEventListener(type, ofTheApp)
    const unsubscribe = createPageEvents().subscribe((reported) => heard.push(reported))
    emitDomEvent(event)
    unsubscribe()
    target.removeEventListener(type, ofTheApp)
    expect(heard).toEqual([event, 'the app'])
  })

  it('reports no appearance of a page that disappears', () => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    expect(createPageEvents().isVisible()).toBe(false)
    expect(reportedDuring(() => emitDomEvent('visible'))).toEqual([])
  })

  it('does not count a page as visible while it is prerendered', () => {
    Object.defineProperty(document, 'prerendering', { value: true, configurable: true })
    expect(createPageEvents().isVisible()).toBe(false)
    expect(createPageEvents().isPrerendering?.()).toBe(true)
    expect(reportedDuring(() => emitDomEvent('visible'))).toEqual([])
  })

  it('reports the return of a page that is shown after it was prerendered', () => {
    const shown = () => document.dispatchEvent(new Event('prerenderingchange'))
    expect(reportedDuring(shown)).toEqual(['restore'])
    expect(createPageEvents().isPrerendering?.()).toBe(false)
  })

  it('knows when there is certainly no network', () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    expect(createPageEvents().isOnline()).toBe(false)
  })

  it.each([true, false])(
    'asks the browser whether the user has just done something: %s',
    (isActive) => {
      vi.stubGlobal('navigator', { userActivation: { isActive } })
      expect(createPageEvents().isActivated?.()).toBe(isActive)
    },
  )

  it.each([
    [['back_forward'], true],
    [['navigate'], false],
    [['reload'], false],
    [[], false],
  ])('knows of %j whether the user has come back to it', (types, isRevisit) => {
    const entries = types.map((type) => ({ type }))
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue(entries as never)
    expect(createPageEvents().isRevisit?.()).toBe(isRevisit)
  })

  it('is no revisit any more once the user has done something', () => {
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type: 'back_forward' }] as never)
    vi.stubGlobal('navigator', { userActivation: { hasBeenActive: true } })
    expect(createPageEvents().isRevisit?.()).toBe(false)
  })

  it('knows of no revisit where the browser does not tell', () => {
    vi.stubGlobal('performance', {})
    expect(createPageEvents().isRevisit?.()).toBe(false)
  })

  it('cannot tell of gestures where the browser does not, or where there is no page', () => {
    vi.stubGlobal('navigator', {})
    expect(createPageEvents().isActivated?.()).toBeUndefined()
    vi.stubGlobal('navigator', undefined)
    vi.stubGlobal('document', undefined)
    expect(createPageEvents().isActivated?.()).toBeUndefined()
  })

  it('leaves unload and beforeunload alone', () => {
    const onWindow = vi.spyOn(window, 'addEventListener')
    createPageEvents().subscribe(() => {})()
    const types = onWindow.mock.calls.map(([type]) => type)
    expect(types).toContain('pagehide')
    expect(types.filter((type) => type.includes('unload'))).toEqual([])
  })

  it('counts as visible and online where there is no page, and reports nothing', () => {
    vi.stubGlobal('document', undefined)
    const pageEvents = createPageEvents()
    expect(pageEvents.isVisible()).toBe(true)
    expect(pageEvents.isOnline()).toBe(true)
    expect(pageEvents.isPrerendering?.()).toBe(false)
    expect(reportedDuring(() => emitDomEvent('hide'))).toEqual([])
  })
})

function reportedDuring(action: () => void): PageEvent[] {
  const reported: PageEvent[] = []
  const unsubscribe = createPageEvents().subscribe((event) => reported.push(event))
  action()
  unsubscribe()
  return reported
}
