import type { SessionRecord } from './session-record.ts'

/**
 * What one tab tells the others: that the record changed, never what is in it. It carries no
 * authority; a receiver reads the record and believes only that.
 */
export interface Announcement {
  readonly v: 1
  readonly epoch: number
  readonly generation: number
  readonly kind: 'committed' | 'failed' | 'started' | 'ended'
}

export function announcementOf(record: SessionRecord, kind: Announcement['kind']): Announcement {
  return { v: 1, epoch: record.epoch, generation: record.generation, kind }
}

/** Whether a message is an announcement that this version understands. */
export function isAnnouncement(message: unknown): message is Announcement {
  return (
    typeof message === 'object' &&
    message !== null &&
    'v' in message &&
    message.v === 1 &&
    'kind' in message
  )
}
