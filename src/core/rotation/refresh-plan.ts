import { runs } from '../time-span.ts'
import { isHoldOffInForce } from './back-off.ts'
import type { Letter } from '../record/letter.ts'
import { lookForMail } from './look-for-mail.ts'
import type { Failure, Session, SessionRecord } from '../record/session-record.ts'
import {
  judgeToken,
  remainingMs,
  type Need,
  type TokenKey,
  type TokenParameters,
  type TokenSet,
} from '../record/token-set.ts'
import type { EndReason } from '../end-reason.ts'

/** What a caller of a rotation wants. */
export interface Wish {
  readonly key: TokenKey
  /** What the grant for it asks for. */
  readonly parameters: TokenParameters
  /** What the tab had when it asked; anything newer is adopted in place of refreshing. */
  readonly newerThan: { readonly epoch: number; readonly generation: number }
  /** The access token a resource server answered 401 to. */
  readonly rejected?: { readonly accessToken: string; readonly resourceServer: string } | undefined
  readonly need: Need
  /** An explicit `refresh()`: ends a halt. */
  readonly explicit: boolean
}

export interface PlanContext {
  readonly now: number
  /** The name of this tab, as leases carry it. */
  readonly tab: string
  readonly lockHeld: boolean
  readonly leaseMs: number
  /** When the network last came back, as far as this tab knows. */
  readonly onlineAt: number
  readonly accepts: Accepts
  /** Whether the courier that has opened a letter is gone; absent in a tab without couriers. */
  readonly isOrphaned?: ((letterId: string) => boolean) | undefined
}

/** Whether this tab may send a token at all: with a sender constraint, only one that is bound to a key it has. */
export type Accepts = (tokenType: TokenSet['tokenType'], senderKey: unknown) => boolean

export type RefreshPlan =
  /** A peer has already written what is wanted. */
  | { readonly kind: 'adopt'; readonly token: TokenSet }
  | { readonly kind: 'signed-out' }
  /** There is nothing to renew with; `ended` if that ends the session. */
  | { readonly kind: 'not-renewable'; readonly ended?: EndReason }
  /** All tabs keep quiet until `failure.until`. */
  | { readonly kind: 'hold-off'; readonly failure: Failure }
  /** A peer may be sending right now. */
  | { readonly kind: 'wait'; readonly until: number }
  /** A courier has sent the refresh token, or is about to, and what came of it will be filed. */
  | { readonly kind: 'await-mail'; readonly letters: readonly Letter[] }
  /** That has come. */
  | {
      readonly kind: 'collect'
      readonly session: RenewableSession
      readonly unknown: number
      readonly letter: Letter
    }
  /** Send. `unknown` counts the attempts with this refresh token that nobody knows the outcome of. */
  | { readonly kind: 'refresh'; readonly session: RenewableSession; readonly unknown: number }

export type RenewableSession = Session & { readonly refreshToken: string }

/** Decides what a tab does with the record it has just read. Pure. */
export function planRefresh(record: SessionRecord, wish: Wish, context: PlanContext): RefreshPlan {
  const { session, lease, failure } = record
  const { now } = context
  if (!session) return { kind: 'signed-out' }

  const token = session.tokens[wish.key]
  const isSendable = token && context.accepts(token.tokenType, session.senderKey)
  if (isSendable && isAdoptable(token, record, wish, now)) return { kind: 'adopt', token }

  if (!isRenewable(session)) {
    if (token && !isSendable) return { kind: 'not-renewable', ended: 'key-lost' }
    return hasLiveToken(session, now)
      ? { kind: 'not-renewable' }
      : { kind: 'not-renewable', ended: 'expired' }
  }

  const isLeaseRunning =
    lease !== undefined && runs(lease.takenAt, lease.until, context.leaseMs, now)
  const { answered, underWay, isLost, isUnsent } = lookForMail(
    record,
    session,
    // Without couriers of its own a tab knows no more of others' than what their leases say.
    context.isOrphaned ?? (() => !isLeaseRunning),
  )
  if (answered) return { kind: 'collect', session, unknown: record.unknown, letter: answered }
  if (underWay.length > 0) return { kind: 'await-mail', letters: underWay }

  for (const candidate of [failure, session.refused?.[wish.key]]) {
    if (holdsOff(candidate, wish, context)) return { kind: 'hold-off', failure: candidate }
  }

  const displaces = lease && lease.tab !== context.tab
  if (displaces && isLeaseRunning) {
    // Only a page that is gone or put away loses the lock and leaves its lease behind.
    const holderIsGone = lease.underLock && context.lockHeld
    if (!holderIsGone) return { kind: 'wait', until: lease.until }
  }
  const isUnknown = (displaces && !isUnsent) || isLost
  return { kind: 'refresh', session, unknown: record.unknown + (isUnknown ? 1 : 0) }
}

function isAdoptable(token: TokenSet, record: SessionRecord, wish: Wish, now: number): boolean {
  const { epoch, generation } = wish.newerThan
  const isNewer = record.epoch !== epoch || token.generation > generation
  return (
    isNewer &&
    token.accessToken !== wish.rejected?.accessToken &&
    judgeToken(token, remainingMs(token, now), now, wish.need) !== 'spent'
  )
}

export function isRenewable(session: Session): session is RenewableSession {
  return session.refreshToken !== undefined
}

/** Whether any access token of the session has not run out by the wall clock. */
export function hasLiveToken(session: Session, now: number): boolean {
  return Object.values(session.tokens).some((token) => remainingMs(token, now) > 0)
}

/** Whether the wish has to wait for the end of this hold-off. */
export function holdsOff(
  failure: Failure | undefined,
  wish: Pick<Wish, 'explicit'>,
  context: Pick<PlanContext, 'now' | 'onlineAt'>,
): failure is Failure {
  return !!failure && isHoldOffInForce(failure, context.now) && !isLifted(failure, wish, context)
}

/** `online` ends a hold-off that the network made, not one that a server asked for. */
export function isLifted(
  failure: Failure,
  wish: Pick<Wish, 'explicit'>,
  context: Pick<PlanContext, 'onlineAt'>,
): boolean {
  if (failure.kind === 'configuration') return wish.explicit
  const madeByNetwork = failure.code === 'NETWORK' || failure.code === 'TIMEOUT'
  return madeByNetwork && failure.failedAt < context.onlineAt
}
