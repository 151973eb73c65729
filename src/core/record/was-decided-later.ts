import { parseSessionRecord } from './parse-session-record.ts'

/**
 * Whether a record that a tab has kept to itself counts more than the stored one: what was decided
 * later does, and epochs start from the clock. A record of a newer version is left alone.
 */
export function wasDecidedLater(kept: unknown, stored: unknown): boolean {
  const [mine, theirs] = [parseSessionRecord(kept), parseSessionRecord(stored)]
  if (typeof mine !== 'object' || theirs === 'newer') return false
  if (typeof theirs !== 'object') return true
  const isSameEpoch = mine.epoch === theirs.epoch
  return isSameEpoch ? mine.revision > theirs.revision : mine.epoch > theirs.epoch
}
