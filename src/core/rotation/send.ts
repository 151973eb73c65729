import type { Report } from '../events.ts'
import type { Claim, ClaimKeeper } from './claim.ts'
import type { Mail } from './mail.ts'
import type { Wish } from './refresh-plan.ts'
import type { RefreshOutcome, TokenEndpoint } from './token-grant.ts'

/** What was sent by a claim, with the answer to its letter if a courier has brought it. */
export interface Sent {
  readonly claim: Claim
  readonly outcome: RefreshOutcome
}

/**
 * Presents the refresh token of a claim, at most once: by a courier where there is one, else by this
 * page. The answer to a letter that was filed before is read in the same way, and nothing is sent.
 */
export type Send = (claim: Claim, wish: Wish) => Promise<Sent>

export function createSend(options: {
  readonly endpoint: TokenEndpoint
  readonly claims: ClaimKeeper
  readonly mail?: Mail | undefined
  readonly report: Report
}): Send {
  const { endpoint, claims, mail, report } = options

  return async (claim, wish) => {
    const { session, letter } = claim
    let answer = letter?.answer
    const maySend = (): boolean => {
      const may = claims.maySend(claim)
      if (may) report({ type: 'sent', generation: claim.record.generation })
      return may
    }
    const outcome = await endpoint.refresh({
      refreshToken: session.refreshToken,
      parameters: wish.parameters,
      previous: session,
      secrets: Object.values(session.tokens).map(({ accessToken }) => accessToken),
      senderKey: session.senderKey,
      maySend,
      filed: answer,
      ...(letter &&
        mail && {
          async deliver(grant) {
            const delivery = await mail.deliver({ ...claim, letter }, grant, maySend)
            if (typeof delivery === 'object') answer = delivery
            return delivery
          },
        }),
    })
    // Not even the server's metadata could be had.
    if ('error' in outcome && 'outcome' in outcome.error && outcome.error.outcome === 'not-sent') {
      answer = undefined
    }
    if (!letter && outcome.kind !== 'withheld') {
      mail?.noteOwn(!(outcome.kind === 'transient' && outcome.error.outcome === 'unknown'))
    }
    if (!letter) return { claim, outcome }
    const { answer: _, ...unread } = letter
    return { claim: { ...claim, letter: answer ? { ...letter, answer } : unread }, outcome }
  }
}
