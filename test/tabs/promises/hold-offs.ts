import type { TabProcess } from '../../../src/testing/steps.ts'
import type { Ledger } from './ledger.ts'
import type { Broken, Keeper, Moment } from './moment.ts'

/** A longer one comes from a clock that was set. */
const longestMs = 3_600_000

/**
 * Nobody presents a refresh token before the hold-off that storage holds for it is over. A tab whose
 * network has come back since need not wait out one that the network made.
 */
export function createHoldOffs(options: {
  readonly ledger: Ledger
  /** What the wall clock shows. */
  readonly now: () => number
  readonly broken: Broken
}): Keeper {
  const { ledger, now } = options
  const broken = (words: string): void => options.broken('hold-offs are kept', words)
  /** By the monotonic clock, because the other may be set. */
  const onlineAtMs = new Map<TabProcess, number>()

  function seeSent({ tab, atMs, request }: Moment & { readonly type: 'sent' }): void {
    const claim = ledger.claimBehind(request)
    const failure = claim?.before.failure
    // A hold-off is about one refresh token.
    if (!claim || !failure || claim.before.session?.refreshToken !== claim.refreshToken) return
    const { code, failedAt, until } = failure
    // One that begins in the future, because the clock was set, counts as over.
    const isInForce = (at: number): boolean =>
      failedAt <= at && at < until && until - failedAt <= longestMs
    const isByNetwork = code === 'NETWORK' || code === 'TIMEOUT'
    const onlineAt = now() - atMs + (onlineAtMs.get(claim.tab) ?? -Infinity)
    const isLifted = isByNetwork && failedAt < onlineAt
    if (isLifted || !claim.decidedAt.every(isInForce)) return
    broken(`${tab.name} presents a token ${until - now()} ms before the hold-off is over: ${code}`)
  }

  return {
    see(moment) {
      const { tab } = moment
      if (moment.type === 'page-event' && moment.event === 'online')
        onlineAtMs.set(tab, moment.atMs)
      if (moment.type === 'sent') seeSent(moment)
    },
  }
}
