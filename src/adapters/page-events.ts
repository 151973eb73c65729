import type { PageEvents } from '../core/ports.ts'

/**
 * The page this runs in. Where there is none (server, worker) it counts as visible and online, and
 * nothing ever happens to it.
 *
 * Only events that leave the back/forward cache alone are listened to, so not `unload`.
 */
export function createPageEvents(): PageEvents {
  return {
    isVisible: () => typeof document === 'undefined' || isShown(document),
    isOnline: () => typeof document === 'undefined' || navigator.onLine,
    subscribe(listener) {
      if (typeof document === 'undefined') return () => {}
      const listening = new AbortController()
      const { signal } = listening
      addEventListener('pagehide', () => listener('hide'), { signal })
      addEventListener('pageshow', ({ persisted }) => persisted && listener('restore'), { signal })
      addEventListener('online', () => listener('online'), { signal })
      document.addEventListener('resume', () => listener('resume'), { signal })
      document.addEventListener(
        'visibilitychange',
        () => isShown(document) && listener('visible'),
        { signal },
      )
      return () => listening.abort()
    },
  }
}

function isShown(page: Document): boolean {
  // A page loaded ahead of a click that may never come must not spend a refresh token.
  const prerendering = 'prerendering' in page && page.prerendering === true
  return page.visibilityState === 'visible' && !prerendering
}
