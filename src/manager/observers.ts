import type { Report, TokenManagerEvent } from '../core/events.ts'
import { listen } from '../core/listen.ts'
import type { Clock } from '../core/ports.ts'

export interface Observers {
  /** Calls `observer` at every event until the returned function is called. */
  observe(observer: (event: TokenManagerEvent) => void): () => void
  readonly report: Report
  dispose(): void
}

/** Whom the app has told to watch what the manager does. */
export function createObservers(clock: Clock): Observers {
  const observers = new Set<(event: TokenManagerEvent) => void>()
  return {
    // The same function may observe twice; each observation ends by itself.
    observe: (observer) => listen(observers, (event) => observer(event)),
    report(event) {
      for (const observer of observers) call(() => observer({ ...event, at: clock.now() }))
    },
    dispose: () => observers.clear(),
  }
}

/** Calls a listener of the app. What it throws is the app's to see, and stops nothing here. */
export function call(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
