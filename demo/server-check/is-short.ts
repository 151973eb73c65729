import type { LostReply } from './conclude.ts'

/** A request times out after ten seconds, and then comes the retry. */
const retryWithinMs = 11_000

/** Whether the window for a lost reply ends, as far as was seen, before a retry may come. */
export function isShort(lostReply: LostReply): boolean {
  return (
    lostReply.kind === 'forgiven' &&
    lostReply.untilMs < retryWithinMs &&
    lostReply.endsByMs !== undefined
  )
}
