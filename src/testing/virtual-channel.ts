import { parseAnnouncement } from '../core/announcement.ts'
import { createMemoryChannel } from './memory-channel.ts'
import type { OpenChannel } from '../core/ports.ts'
import type { Observe } from './happenings.ts'
import type { Steps, TabProcess } from './steps.ts'

/** A channel between tabs. Each message to each receiver is a step: it may be late, lost or doubled. */
export interface VirtualChannel {
  of(tab: TabProcess): OpenChannel
  /** Closes what a tab has open, as the end of its process does. */
  forget(tab: TabProcess): void
  /** How many ends are open. */
  count(): number
}

export function createVirtualChannel(steps: Steps, observe: Observe): VirtualChannel {
  const open = createMemoryChannel()
  const ends = new Set<{ readonly tab: TabProcess; readonly close: () => void }>()

  return {
    of: (tab) => (name, onMessage) => {
      let isOpen = true
      const inner = open(name, (message) =>
        steps.add({
          kind: 'message',
          tab,
          label: `${tab.name} receives a message`,
          isReady: () => tab.state === 'running',
          run() {
            if (!isOpen) return
            // That mail has come is of interest only to those who wait for it.
            if (parseAnnouncement(message)?.letter === undefined) observe({ type: 'message', tab })
            onMessage(message)
          },
        }),
      )
      const end = {
        tab,
        close() {
          isOpen = false
          ends.delete(end)
          inner?.close()
        },
      }
      ends.add(end)
      return { post: (message) => inner?.post(message), close: end.close }
    },
    forget(tab) {
      for (const end of [...ends].filter((other) => other.tab === tab)) end.close()
    },
    count: () => ends.size,
  }
}
