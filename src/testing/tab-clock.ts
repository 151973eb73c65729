import type { Clock } from '../core/ports.ts'
import type { ManualClock } from './manual-clock.ts'
import type { Steps, TabProcess } from './steps.ts'

/** The clock of one tab: it shows what the machine's shows, and each of its timers is a step once due. */
export interface TabClock extends Clock {
  /** Forgets every timer, as the end of a process does. */
  forget(): void
}

export function createTabClock(clock: ManualClock, steps: Steps, tab: TabProcess): TabClock {
  const cancels = new Set<() => void>()
  return {
    isPunctual: true,
    now: clock.now,
    monotonic: clock.monotonic,
    schedule(delayMs, task) {
      if (tab.state === 'gone') return () => {}
      let withdraw = (): void => {}
      const stop = clock.schedule(delayMs, () => {
        withdraw = steps.add({
          kind: 'timer',
          tab,
          label: `${tab.name}: a timer of ${Math.round(delayMs)} ms has run out`,
          isReady: () => tab.state === 'running',
          run() {
            cancels.delete(cancel)
            task()
          },
        })
      })
      const cancel = (): void => {
        cancels.delete(cancel)
        stop()
        withdraw()
      }
      cancels.add(cancel)
      return cancel
    },
    forget() {
      for (const cancel of cancels) cancel()
    },
  }
}
