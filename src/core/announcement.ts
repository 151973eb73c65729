import { isObject } from './shape.ts'

/**
 * What one tab tells the others: that the record changed, never what is in it. It carries no
 * authority; a receiver reads the record and believes only that.
 */
export interface Announcement {
  readonly v: 1
}

/** Whether a message is an announcement that this version understands. */
export function isAnnouncement(message: unknown): boolean {
  return isObject(message) && message['v'] === 1
}
