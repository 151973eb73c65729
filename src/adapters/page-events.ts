import type { PageEvents } from '../core/ports.ts'

/** Where there is no page (server, worker): visible and online, and nothing ever happens to it. */
const nowhere: PageEvents = {
  isVisible: () => true,
  isPrerendering: () => false,
  isOnline: () => true,
  subscribe: () => () => {},
}

/**
 * The page this runs in.
 *
 * Only events that leave the back/forward cache alone are listened to, so not `unload`. They are heard
 * on their way down, before the app's own listeners, which may ask for a token at once.
 */
export function createPageEvents(): PageEvents {
  if (typeof document === 'undefined') return nowhere
  return {
    isVisible,
    isPrerendering,
    isOnline: () => navigator.onLine,
    isActivated: () => gestures()?.isActive,
    isRevisit() {
      // jsdom has no such method.
      const entries = (performance as Partial<Performance>).getEntriesByType?.('navigation')
      const entry = entries?.[0] as PerformanceNavigationTiming | undefined
      return entry?.type === 'back_forward' && !gestures()?.hasBeenActive
    },
    subscribe(listener) {
      const listening = new AbortController()
      const first = { signal: listening.signal, capture: true }
      addEventListener('pagehide', () => listener('hide'), first)
      addEventListener('pageshow', ({ persisted }) => persisted && listener('restore'), first)
      addEventListener('online', () => listener('online'), first)
      addEventListener('prerenderingchange', () => listener('restore'), first)
      addEventListener('resume', () => listener('resume'), first)
      addEventListener('visibilitychange', () => isVisible() && listener('visible'), first)
      return () => listening.abort()
    },
  }
}

function isVisible(): boolean {
  return document.visibilityState === 'visible' && !isPrerendering()
}

/** A page loaded ahead of a click that may never come must not spend a refresh token. */
function isPrerendering(): boolean {
  return 'prerendering' in document && document.prerendering === true
}

/** Firefox before 120 has none. */
function gestures(): UserActivation | undefined {
  return (navigator as Partial<Navigator>).userActivation
}
