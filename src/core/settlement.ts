import type { Announcement } from './announcement.ts'
import { haltMs, holdOffMs, longestBackOffMs, promptRetryMs } from './back-off.ts'
import { RefreshUnavailableError, StorageError, type TokenError } from './errors.ts'
import type { Report } from './events.ts'
import type { Clock, LockHandle, Random, RefreshOutcome, TokenEndpoint } from './ports.ts'
import type { RecordChange, RecordKeeper } from './record-keeper.ts'
import { committed, ended, failed, leaseGivenUp, salvaged } from './record-changes.ts'
import { hasLiveToken, isRenewable, type RenewableSession, type Wish } from './refresh-plan.ts'
import type { EndReason, Failure, Lease, SessionRecord } from './session-record.ts'
import { toSessionEndedError } from './session-state.ts'
import {
  recentlyMintedFor,
  type TokenKey,
  type TokenParameters,
  type TokenSet,
} from './token-set.ts'
import { untilFirst } from './until.ts'

/** The right to send, and what is sent by it. */
export interface Claim {
  /** As the claim left it. */
  readonly record: SessionRecord
  readonly session: RenewableSession
  readonly lease: Lease
  readonly takenAtMonotonic: number
}

/** What an attempt comes to: a token, an error for its callers, or another look at the record. */
export type Settled =
  | { readonly kind: 'token'; readonly token: TokenSet }
  | { readonly kind: 'error'; readonly error: TokenError }
  | { readonly kind: 'again' }

export type Settle = (
  claim: Claim,
  outcome: RefreshOutcome,
  wish: Wish,
  lock: LockHandle,
) => Promise<Settled>

const again: Settled = { kind: 'again' }
const persistRetryMs = 100
/** As long as peers are kept from a refresh token that is spent and whose successor could not be stored. */
const unpersistedMs = 600_000
const tolerableRefusals = 3

/** Writes down what became of a refresh token grant; one transaction for each outcome. */
export function createSettlement(options: {
  readonly keeper: RecordKeeper
  readonly endpoint: TokenEndpoint
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
  readonly announce: (record: SessionRecord, kind: Announcement['kind']) => void
  readonly parametersOf: (key: TokenKey) => TokenParameters
  readonly tab: string
}): Settle {
  const { keeper, endpoint, clock, report, announce } = options

  return async function settle(claim, outcome, wish, lock) {
    switch (outcome.kind) {
      case 'accepted': {
        const { reply } = outcome
        const receivedAt = clock.now()
        const change = (record: SessionRecord, session: RenewableSession): SessionRecord =>
          committed(record, session, {
            reply,
            key: wish.key,
            receivedAt,
            mintedFor: mintedFor(session.tokens[wish.key], wish, receivedAt),
            scope: options.parametersOf(wish.key).scope ?? session.scope,
          })
        const record = await commit(claim, change, lock)
        if (!record) return drop(reply.refreshToken)
        announce(record, 'committed')
        const token = record.session?.tokens[wish.key]
        return token ? { kind: 'token', token } : again
      }
      case 'unusable': {
        const { refreshToken, error } = outcome
        if (refreshToken === undefined) return holdOff(claim, error, {})
        const failure = toFailure(claim.record, 'transient', error.code, {})
        const record = await commit(claim, (r, s) => salvaged(r, s, refreshToken, failure), lock)
        if (!record) return drop(refreshToken)
        return heldOff(record, failure, error)
      }
      case 'transient':
        return holdOff(claim, outcome.error, { retryAfterMs: outcome.retryAfterMs })
      case 'nonce-required':
        return holdOff(claim, nonceRefused(), {})
      case 'refused': {
        const { session, refusals } = claim.record
        const isLast = refusals + 1 >= tolerableRefusals
        if (isLast && session && !hasLiveToken(session, clock.now())) return end(claim, 'refused')
        return holdOff(claim, outcome.error, { refused: true })
      }
      case 'configuration': {
        const failure = toFailure(claim.record, 'configuration', outcome.error.code, {})
        const record = await writeIfOwn(claim, (current) => failed(current, failure, {}))
        if (!record) return again
        report({ type: 'halted', code: failure.code, until: failure.until })
        announce(record, 'failed')
        return { kind: 'error', error: outcome.error }
      }
      case 'rejected':
        return end(claim, claim.record.unknown > 0 ? 'rotation-lost' : 'rejected')
      case 'key-lost':
        return end(claim, 'key-lost')
      case 'subject-changed': {
        const settled = await end(claim, 'subject-changed')
        revokeOrphan(outcome.refreshToken)
        return settled
      }
      case 'withheld':
        await writeIfOwn(claim, leaseGivenUp)
        return again
    }
  }

  /**
   * Saves a refresh token that has come. Whoever holds the lease by now does not matter: the lease
   * guards sending. What matters is that storage still holds the token that was sent.
   */
  async function commit(
    claim: Claim,
    change: (record: SessionRecord, session: RenewableSession) => SessionRecord,
    lock: LockHandle,
  ): Promise<SessionRecord | undefined> {
    const write = (current: SessionRecord): RecordChange<SessionRecord | undefined> => {
      if (!holdsWhatWasSent(current, claim)) return { result: undefined }
      const next = change(current, current.session)
      return { next, result: next }
    }
    for (let delayMs = persistRetryMs; ; delayMs *= 2) {
      try {
        const record = await keeper.update(write, { durable: true })
        const tookMs = clock.monotonic() - claim.takenAtMonotonic
        if (record) report({ type: 'committed', generation: record.generation, tookMs })
        return record
      } catch (error) {
        const mayRetry = clock.now() + delayMs < claim.lease.until
        const keepsLock = !claim.lease.underLock || lock.isHeld()
        const isOvertaken = error instanceof StorageError && error.code === 'RECORD_NEWER'
        if (!mayRetry || !keepsLock || isOvertaken) break
      }
      await untilFirst(clock, delayMs)
    }
    return goOnFromMemory(claim, change)
  }

  /** Storage refuses the new refresh token for good: this tab keeps it, and the others must not send the old one. */
  async function goOnFromMemory(
    claim: Claim,
    change: (record: SessionRecord, session: RenewableSession) => SessionRecord,
  ): Promise<SessionRecord | undefined> {
    // Signed out meanwhile, which storage may have refused as well.
    if (keeper.seen()?.epoch !== claim.record.epoch) return undefined
    const now = clock.now()
    const mark: Failure = {
      kind: 'transient',
      code: 'NOT_PERSISTED',
      attempt: 1,
      failedAt: now,
      until: now + unpersistedMs,
    }
    await writeIfOwn(claim, (current) =>
      failed(current, mark, { unknown: current.unknown + 1 }),
    ).catch(() => undefined)
    const next = change(claim.record, claim.session)
    keeper.carryOn(claim.record, next)
    report({ type: 'persistence-failed' })
    return next
  }

  /** A reply that came too late. */
  function drop(refreshToken: string | undefined): Settled {
    const sessionOver = !keeper.seen()?.session
    report({ type: 'dropped', reason: sessionOver ? 'session-over' : 'superseded' })
    revokeOrphan(refreshToken)
    return again
  }

  /** Revoking a token can end the whole grant, so it is done only if no session goes on. */
  function revokeOrphan(refreshToken: string | undefined): void {
    if (refreshToken && !keeper.seen()?.session) void endpoint.revoke(refreshToken)
  }

  async function holdOff(
    claim: Claim,
    error: RefreshUnavailableError,
    how: { readonly retryAfterMs?: number | undefined; readonly refused?: boolean },
  ): Promise<Settled> {
    const firstUnknown = error.outcome === 'unknown' && claim.record.unknown === 0
    const failure = toFailure(claim.record, how.refused ? 'refused' : 'transient', error.code, {
      firstUnknown,
      retryAfterMs: how.retryAfterMs,
    })
    const record = await writeIfOwn(claim, (current) =>
      failed(current, failure, {
        unknown: current.unknown + (error.outcome === 'unknown' ? 1 : 0),
        refusals: current.refusals + (how.refused ? 1 : 0),
      }),
    )
    return record ? heldOff(record, failure, error) : again
  }

  function heldOff(
    record: SessionRecord,
    failure: Failure,
    error: RefreshUnavailableError,
  ): Settled {
    const { code, attempt, until: retryAt } = failure
    report({ type: 'held-off', code, attempt, retryAt })
    announce(record, 'failed')
    if (retryAt - failure.failedAt <= promptRetryMs) return again
    const { outcome, oauth, cause } = error
    return {
      kind: 'error',
      error: new RefreshUnavailableError(error.code, error.message, {
        outcome,
        oauth,
        cause,
        retryAt,
      }),
    }
  }

  async function end(claim: Claim, reason: EndReason): Promise<Settled> {
    const record = await writeIfOwn(claim, (current) => ended(current, reason, clock.now()))
    if (!record) return again
    announce(record, 'ended')
    return { kind: 'error', error: toSessionEndedError(record) }
  }

  /** If the lease is another's by now, that tab is sending, and what this one learned is out of date. */
  function writeIfOwn(
    claim: Claim,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<SessionRecord | undefined> {
    return keeper.update<SessionRecord | undefined>((current) => {
      const { lease } = current
      const isOwn = lease?.tab === options.tab && lease.takenAt === claim.lease.takenAt
      if (!isOwn || !holdsWhatWasSent(current, claim)) return { result: undefined }
      const next = change(current)
      return { next, result: next }
    })
  }

  function toFailure(
    record: SessionRecord,
    kind: Failure['kind'],
    code: string,
    how: { readonly firstUnknown?: boolean; readonly retryAfterMs?: number | undefined },
  ): Failure {
    const failedAt = clock.now()
    const { failure: last } = record
    // What went wrong long ago does not make today's first failure a tenth one.
    const goesOn = last !== undefined && failedAt - last.until < longestBackOffMs
    const attempt = goesOn ? last.attempt + 1 : 1
    const fraction = options.random.fraction()
    const holdMs =
      kind === 'configuration'
        ? haltMs
        : holdOffMs({
            attempt,
            firstUnknown: how.firstUnknown ?? false,
            retryAfterMs: how.retryAfterMs,
            fraction,
          })
    return { kind, code, attempt, failedAt, until: failedAt + holdMs }
  }
}

function holdsWhatWasSent(
  current: SessionRecord,
  claim: Claim,
): current is SessionRecord & { readonly session: RenewableSession } {
  const { session } = current
  return (
    current.epoch === claim.record.epoch &&
    session !== undefined &&
    isRenewable(session) &&
    session.refreshToken === claim.session.refreshToken
  )
}

function mintedFor(
  token: TokenSet | undefined,
  wish: Wish,
  at: number,
): NonNullable<TokenSet['mintedFor']> {
  const carried = recentlyMintedFor(token, at)
  if (!wish.rejected) return carried
  const { resourceServer } = wish.rejected
  return [
    ...carried.filter((entry) => entry.resourceServer !== resourceServer),
    { resourceServer, at },
  ]
}

function nonceRefused(): RefreshUnavailableError {
  return new RefreshUnavailableError(
    'SERVER_UNAVAILABLE',
    'The authorization server asked for another DPoP nonce right after it had named one: the session is kept.',
    { outcome: 'answered' },
  )
}
