import type { PageEvents } from '../core/ports.ts'

/**
 * The page this runs in. Where there is none (server, worker) it counts as visible and online, and
 * nothing ever happens to it.
 *
 * Only events that leave the back/forward cache alone are listened to, so not `unload`. They are heard
 * on their way down, before the app's own listeners, which may ask for a token at once.
 */
export function createPageEvents(): PageEvents {
  return {
    isVisible: () => typeof document === 'undefined' || isShown(document),
    isPrerendering: () => typeof document !== 'undefined' && isPrerendering(document),
    isOnline: () => typeof document === 'undefined' || navigator.onLine,
    isActivated() {
      if (typeof document === 'undefined') return undefined
      // Firefox before 120 has none.
      const { userActivation } = navigator as { readonly userActivation?: UserActivation }
      return userActivation?.isActive
    },
    subscribe(listener) {
      if (typeof document === 'undefined') return () => {}
      const listening = new AbortController()
      const first = { signal: listening.signal, capture: true }
      addEventListener('pagehide', () => listener('hide'), first)
      addEventListener('pageshow', ({ persisted }) => persisted && listener('restore'), first)
      addEventListener('online', () => listener('online'), first)
      addEventListener('prerenderingchange', () => listener('restore'), first)
      addEventListener('resume', () => listener('resume'), first)
      addEventListener('visibilitychange', () => isShown(document) && listener('visible'), first)
      return () => listening.abort()
    },
  }
}

function isShown(page: Document): boolean {
  return page.visibilityState === 'visible' && !isPrerendering(page)
}

/** A page loaded ahead of a click that may never come must not spend a refresh token. */
function isPrerendering(page: Document): boolean {
  return 'prerendering' in page && page.prerendering === true
}
