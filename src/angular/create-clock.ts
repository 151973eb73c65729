import { createSystemClock } from '../adapters/system-clock.ts'
import type { Clock } from '../core/ports.ts'

/** What is used of zone.js, where the app has it. */
interface ZoneLike {
  readonly root: { run<T>(task: () => T): T }
}

/**
 * Creates the clock of a manager in an app with zone.js: its timers run outside of every zone. Else one
 * that waits for the end of a token, for minutes, would keep the app from becoming stable
 * (`ApplicationRef.isStable`), and each would set off a round of change detection. Signals are seen all
 * the same. Without zone.js it is the ordinary clock.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { createClock } from 'tokenring/angular'
 *
 * const auth = createTokenManager(
 *   { authorizationServer: 'https://login.example.com', clientId: 'spa' },
 *   { clock: createClock() },
 * )
 * ```
 */
export function createClock(): Clock {
  const clock = createSystemClock()
  return {
    ...clock,
    schedule(delayMs, task) {
      const schedule = (): (() => void) => clock.schedule(delayMs, task)
      // Looked up now: the manager may have been made before zone.js was there.
      const { Zone } = globalThis as { readonly Zone?: ZoneLike }
      return Zone ? Zone.root.run(schedule) : schedule()
    },
  }
}
