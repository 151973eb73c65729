import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'
import type { Ledger } from './ledger.ts'
import type { Broken, Grant, Keeper, Moment } from './moment.ts'

/**
 * A session ends by sign-out, or because the server refuses its newest refresh token: one that was
 * revoked or, on a server that answers each refresh token once, one whose successor's reply was lost.
 */
export function createSessionEnds(options: {
  readonly ledger: Ledger
  readonly server: FakeAuthorizationServer
  readonly graceful: boolean
  readonly broken: Broken
  readonly grant: Grant
}): Keeper {
  const { ledger, server, graceful, grant } = options
  const broken = (words: string): void => options.broken('ends only for a reason (2)', words)
  const signedOut = new Set<TabProcess>()
  let replays = 0

  function seeEnd({ tab }: Moment & { readonly type: 'wrote' }): void {
    const { before, after } = ledger.lastWrite
    const { session, endedBy } = after
    const refreshToken = before.session?.refreshToken
    if (!before.session || session || refreshToken === undefined) return
    if (endedBy === 'signed-out') {
      if (!signedOut.has(tab)) broken(`${tab.name} ends the session as if signed out`)
      return
    }
    if (endedBy !== 'rejected' && endedBy !== 'rotation-lost') {
      return broken(`${tab.name} ends the session: ${endedBy}`)
    }
    const isRefused = ledger.attempts.some(
      (attempt) =>
        (attempt.tab === tab || attempt.filedAt !== undefined || attempt.claim.tab === tab) &&
        attempt.refreshToken === refreshToken &&
        attempt.end === 'rejected',
    )
    if (!isRefused) broken(`${tab.name} ends a session whose newest token was not refused`)
    if ((endedBy === 'rotation-lost') !== before.unknown > 0) {
      broken(`${tab.name} calls the end ${endedBy} with ${before.unknown} attempts unknown`)
    }
  }

  /** On a server with grace nothing but a lost right may lead to a replay. */
  function seeReplay(moment: Moment & { readonly type: 'arrived' }): void {
    if (server.counts.replays === replays) return
    replays = server.counts.replays
    const { request } = moment
    const { tab, refreshToken } = request
    if (!graceful) return
    const claim = ledger.claimBehind(request)
    const succeededAt = ledger.succeededAt(refreshToken) ?? Infinity
    if (claim && claim.at < succeededAt && grant('late reply after the lease')) return
    broken(`${tab.name} makes a server with grace end the session`)
  }

  return {
    see(moment) {
      const { tab } = moment
      if (moment.type === 'call' && moment.call.kind === 'sign-out') signedOut.add(tab)
      if (moment.type === 'wrote') seeEnd(moment)
      if (moment.type === 'arrived') seeReplay(moment)
    },
  }
}
