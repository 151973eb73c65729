import type { Clock } from '../core/ports.ts'

/** The window that the app has opened, on its way to the login page and back. */
export interface LoginWindow {
  show(url: string): void
  /** Whether the user has closed it, as far as that can be known. */
  isKnownClosed(): boolean
}

/** A browser may take a moment to part two windows. */
const partsWithinMs = 1_000

/**
 * `closed` says little: it is true at once for a window whose page has asked to be on its own
 * (`Cross-Origin-Opener-Policy`). So it is believed of one that was not sent there yet; and of one that
 * was seen open at the login page, while this page has the focus: a window that has gone on from there
 * to another such page keeps it.
 */
export function createLoginWindow(popup: Window, clock: Clock): LoginWindow {
  let origin: string | undefined
  let shownAt = 0
  let isOpenAtLogin = false

  /** Whether it is there by now: nobody may look into a page of another origin. */
  function isAtLogin(): boolean {
    try {
      return new URL(popup.location.href).origin === origin
    } catch {
      return true
    }
  }

  return {
    show(url) {
      // A page of somebody else's must not send this one elsewhere.
      popup.opener = null
      popup.location.href = url
      origin = new URL(url).origin
      shownAt = clock.monotonic()
    },
    isKnownClosed() {
      if (popup.closed) return origin === undefined || (isOpenAtLogin && isFocused())
      if (origin !== undefined && clock.monotonic() - shownAt >= partsWithinMs) {
        isOpenAtLogin ||= isAtLogin()
      }
      return false
    },
  }
}

function isFocused(): boolean {
  return typeof document === 'undefined' || document.hasFocus()
}
