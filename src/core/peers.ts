import { parseAnnouncement, type Announcement } from './announcement.ts'
import type { Report } from './events.ts'
import type { Page } from './page.ts'
import type { OpenChannel, PeerChannel } from './ports.ts'

export interface Peers {
  /** Tells the other tabs that the record has changed; called when the write is complete. */
  announce(generation: number): void
  dispose(): void
}

/**
 * The channel to the other tabs, open while the page is here: a message that reaches a page in the
 * back/forward cache would evict it, and it reads the record anyway when it comes back.
 */
export function createPeers(options: {
  readonly openChannel: OpenChannel
  readonly name: string
  readonly page: Page
  readonly report: Report
  /** Another tab, or a courier, says that the record has changed. */
  readonly onAnnouncement: (announcement: Announcement) => void
}): Peers {
  const { page, report } = options
  let channel = page.isAway() ? undefined : open()
  let isReported = false

  const unsubscribe = page.subscribe((event) => {
    if (event === 'hide') {
      channel?.close()
      channel = undefined
    }
    if (event === 'restore') channel ??= open()
  })

  function open(): PeerChannel | undefined {
    try {
      return options.openChannel(options.name, (message) => {
        const announcement = parseAnnouncement(message)
        if (announcement) options.onAnnouncement(announcement)
      })
    } catch {
      return undefined
    }
  }

  function reportNoChannel(): void {
    if (!isReported) report({ type: 'degraded', missing: 'channel' })
    isReported = true
  }

  return {
    announce(generation) {
      if (page.isAway()) return
      if (!channel) return reportNoChannel()
      const announcement: Announcement = { v: 1 }
      channel.post(announcement)
      report({ type: 'announced', generation })
    },
    dispose() {
      unsubscribe()
      channel?.close()
    },
  }
}
