import { isObject, isString } from './shape.ts'

/**
 * What one tab tells the others: that the record changed, never what is in it. It carries no
 * authority; a receiver reads the record and believes only that.
 */
export interface Announcement {
  readonly v: 1
  /** Only for those who wait for the answer to this letter, which a courier has filed. */
  readonly letter?: string
}

/** An announcement that this version understands. */
export function parseAnnouncement(message: unknown): Announcement | undefined {
  if (!isObject(message) || message['v'] !== 1) return undefined
  const { letter } = message
  return isString(letter) ? { v: 1, letter } : { v: 1 }
}
