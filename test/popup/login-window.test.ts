import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLoginWindow } from '../../src/popup/login-window.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createPopupWindow } from './popup-window.ts'

const loginPage = 'https://as.example/authorize?state=a'

afterEach(() => vi.unstubAllGlobals())

/** A window that was sent to the login page so long ago. */
function show(sinceMs: number) {
  const clock = createManualClock(0)
  clock.advance(5_000)
  const popup = createPopupWindow()
  const login = createLoginWindow(popup, clock)
  login.show(loginPage)
  clock.advance(sinceMs)
  return { clock, popup, login }
}

describe('a login window', () => {
  it('is sent to its page without a way back to this one', () => {
    const { popup } = show(0)
    expect(popup.opener).toBe(null)
    expect(popup.shown.map(String)).toEqual([loginPage])
  })

  it('is known to be closed before anything is shown in it', () => {
    const popup = createPopupWindow()
    const login = createLoginWindow(popup, createManualClock())
    expect(login.isKnownClosed()).toBe(false)
    popup.vanish()
    expect(login.isKnownClosed()).toBe(true)
  })

  it.each([
    [999, false],
    [1_000, true],
  ])(
    'that was seen open %i ms after it was shown is known to be closed later: %j',
    (sinceMs, is) => {
      const { popup, login } = show(sinceMs)
      expect(login.isKnownClosed()).toBe(false)
      popup.vanish()
      expect(login.isKnownClosed()).toBe(is)
    },
  )

  it('that was never seen open at its page may have cut itself off', () => {
    const { popup, login, clock } = show(0)
    popup.vanish()
    clock.advance(60_000)
    expect(login.isKnownClosed()).toBe(false)
  })

  it.each([
    ['about:blank', false],
    ['https://other.example/', false],
    ['https://as.example/login', true],
  ])('that shows %s, which this page may look into, is at the login page: %j', (href, is) => {
    const clock = createManualClock()
    const popup = { closed: false, opener: {}, location: { href: '' } }
    const login = createLoginWindow(popup as never, clock)
    login.show(loginPage)
    popup.location.href = href
    clock.advance(1_000)
    login.isKnownClosed()
    popup.closed = true
    expect(login.isKnownClosed()).toBe(is)
  })

  it('once seen at its page stays known, and is closed only while this page has the focus', () => {
    const { popup, login } = show(1_000)
    login.isKnownClosed()
    popup.vanish()
    let isFocused = false
    vi.stubGlobal('document', { hasFocus: () => isFocused })
    expect(login.isKnownClosed()).toBe(false)
    isFocused = true
    expect(login.isKnownClosed()).toBe(true)
  })
})
