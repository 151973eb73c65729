import type { Conclusions, LostReply } from './conclude.ts'

/** A request times out after ten seconds, and then comes the retry. */
const retryWithinMs = 11_000

/** Whether a spent refresh token was accepted for as long as a retry may take. */
export function isLongEnough(lostReply: LostReply): boolean {
  return lostReply.kind === 'forgiven' && lostReply.untilMs >= retryWithinMs
}

/** Whether the window for a lost reply ends, as far as was seen, before a retry may come. */
export function isShort(lostReply: LostReply): boolean {
  return (
    lostReply.kind === 'forgiven' &&
    !isLongEnough(lostReply) &&
    (lostReply.endsByMs ?? lostReply.unclearAtMs) !== undefined
  )
}

/** Whether a retry is answered with no refresh token that is good. */
export function isRetryInVain({ child, lostReply }: Conclusions): boolean {
  return lostReply.kind === 'forgiven' && (child === 'earlier' || child === 'none-new')
}
