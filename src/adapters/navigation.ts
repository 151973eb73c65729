import type { Navigation } from '../core/ports.ts'

/** The address of this page. `history.state`, which belongs to the app's router, is kept. */
export function createNavigation(): Navigation {
  return {
    currentUrl: () => location.href,
    baseUrl: () => document.baseURI,
    replaceUrl: (url) => history.replaceState(history.state, '', url),
    leaveFor: (url) => location.assign(url),
    close: () => window.close(),
  }
}
