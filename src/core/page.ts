import { listen } from './listen.ts'
import type { Clock, PageEvent, PageEvents } from './ports.ts'

/** Whether the page is here or put away, and when the network last came back. */
export interface Page {
  /** Put away: hidden for good, in the back/forward cache, or prerendered and not shown yet. */
  isAway(): boolean
  isVisible(): boolean
  isOnline(): boolean
  /** When the network last came back, by what the wall clock shows now; 0 if it never went. */
  onlineAt(): number
  /** A request to anything but the token endpoint was answered. */
  noteAnswer(): void
  /** When that last happened, by what the wall clock shows now; 0 if it never did. */
  answeredAt(): number
  /** Fulfils at once, or when the page has come back. */
  present(): Promise<void>
  /** Reports page events until the returned function is called. */
  subscribe(listener: (event: PageEvent) => void): () => void
  dispose(): void
}

export function createPage(events: PageEvents, clock: Clock): Page {
  const listeners = new Set<(event: PageEvent) => void>()
  let away = events.isPrerendering?.() ?? false
  let onlineMonotonic: number | undefined
  let answeredMonotonic: number | undefined

  const unsubscribe = events.subscribe((reported) => {
    // A page that is seen again is back, whether or not the browser has said so.
    const isBack = away && (reported === 'visible' || reported === 'resume')
    const event = isBack ? 'restore' : reported
    if (event === 'hide') away = true
    if (event === 'restore') away = false
    if (event === 'online') onlineMonotonic = clock.monotonic()
    for (const listener of listeners) listener(event)
  })

  function subscribe(listener: (event: PageEvent) => void): () => void {
    return listen(listeners, listener)
  }

  // Clocks are often set when the network comes back. An instant of before would be in the future
  // then, and end every hold-off until the clock has caught up.
  function byWallClock(monotonic: number | undefined): number {
    return monotonic === undefined ? 0 : clock.now() - clock.monotonic() + monotonic
  }

  return {
    isAway: () => away,
    isVisible: () => events.isVisible(),
    isOnline: () => events.isOnline(),
    onlineAt: () => byWallClock(onlineMonotonic),
    noteAnswer() {
      answeredMonotonic = clock.monotonic()
    },
    answeredAt: () => byWallClock(answeredMonotonic),
    subscribe,
    dispose: unsubscribe,
    present() {
      if (!away) return Promise.resolve()
      return new Promise((resolve) => {
        const stop = subscribe((event) => {
          if (event !== 'restore') return
          stop()
          resolve()
        })
      })
    },
  }
}
