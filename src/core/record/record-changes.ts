import { defined } from '../defined.ts'
import {
  grantedScopeAfter,
  replyMembers,
  toTokenSet,
  withRefreshToken,
} from './brought-by-reply.ts'
import type { Letter } from './letter.ts'
import {
  refreshTokenGenerationOf,
  type Failure,
  type Lease,
  type Origin,
  type Session,
  type SessionRecord,
} from './session-record.ts'
import { defaultTokenKey, type MintedFor, type TokenKey } from './token-set.ts'
import type { OAuthErrorDetails } from '../errors.ts'
import type { TokenReply } from './token-reply.ts'
import type { EndReason } from '../end-reason.ts'

// Everything that happens to a record, one pure function each. Every one raises `revision` but
// `withoutLetter`, which is a part of others.

/**
 * Takes the right to send. `unknown` counts attempts nobody knows the outcome of, the one just
 * displaced included. Letters that nobody has opened are taken back; `letter` is the new one.
 */
export function claimed(
  record: SessionRecord,
  lease: Lease,
  unknown: number,
  letter?: Letter,
): SessionRecord {
  const letters = (record.letters ?? []).filter(({ state }) => state !== 'posted')
  return withLetters(next(record, { lease, unknown }), letter ? [...letters, letter] : letters)
}

/** Its courier has not opened it, and now it never will: the page sends by itself. */
export function takenBack(record: SessionRecord, id: string): SessionRecord {
  return next(withoutLetter(record, id), {})
}

/** A part of a change: what came of a letter has been read, and is being written down. */
export function withoutLetter(record: SessionRecord, id: string): SessionRecord {
  return withoutLetters(record, (letter) => letter.id === id)
}

export function leaseGivenUp(record: SessionRecord): SessionRecord {
  return next(withoutLease(record), {})
}

/** A reply that stands up to every check. */
export function committed(
  record: SessionRecord,
  session: Session,
  accepted: {
    readonly reply: TokenReply
    readonly key: TokenKey
    readonly receivedAt: number
    readonly mintedFor: readonly MintedFor[]
    /** What was asked for, where the server does not say what it granted (RFC 6749 §5.1). */
    readonly scope?: string | undefined
    /** Which refresh token it is the reply to, and the claim it was sent by. */
    readonly to: Origin
  },
): SessionRecord {
  const { reply, key, receivedAt, mintedFor, to } = accepted
  const generation = record.generation + 1
  const token = toTokenSet(reply, { generation, receivedAt, mintedFor, scope: accepted.scope })
  return withAttemptsOver(record, session, reply.refreshToken, to, {
    generation,
    session: {
      ...withRefreshToken(session, reply.refreshToken, generation),
      ...replyMembers(reply, receivedAt),
      ...(key === defaultTokenKey && grantedScopeAfter(session, reply.scope)),
      tokens: { ...session.tokens, [key]: token },
      ...(session.refused && { refused: without(session.refused, key) }),
    },
  })
}

/** A reply that failed a check: only its refresh token is kept, because the server has spent the old one. */
export function salvaged(
  record: SessionRecord,
  session: Session,
  refreshToken: string,
  failure: Failure,
  to: Origin,
): SessionRecord {
  const generation = record.generation + 1
  return next(
    withAttemptsOver(record, session, refreshToken, to, {
      generation,
      session: withRefreshToken(session, refreshToken, generation),
    }),
    { failure },
  )
}

/** An attempt that did not work out. Gives the lease up and keeps every tab waiting. */
export function failed(
  record: SessionRecord,
  failure: Failure,
  counts: Partial<Pick<SessionRecord, 'unknown' | 'refusals' | 'refusedSince'>>,
): SessionRecord {
  return next(withoutLease(record), { failure, ...counts })
}

/** The server refuses one token set; the others, and the session, go on. */
export function tokenSetRefused(
  record: SessionRecord,
  session: Session,
  key: TokenKey,
  failure: Failure,
): SessionRecord {
  const refused = { ...session.refused, [key]: failure }
  return next(withoutLease(record), { session: { ...session, refused } })
}

/** @param endedWith The server's words, if it was the server that ended it. */
export function ended(
  record: SessionRecord,
  reason: 'signed-out' | EndReason,
  decidedAt: number,
  endedWith?: OAuthErrorDetails,
): SessionRecord {
  const over = inNewEpoch(record, decidedAt)
  return {
    ...over,
    endedBy: reason,
    ...(reason === 'signed-out' && { signedOutEpoch: over.epoch }),
    ...(endedWith && { endedWith }),
  }
}

/** The user has done something. */
export function active(record: SessionRecord, session: Session, activeAt: number): SessionRecord {
  return next(record, { session: { ...session, activeAt } })
}

/** A new session, whatever was there before. */
export function started(
  record: SessionRecord,
  begun: {
    readonly reply: TokenReply
    readonly key: TokenKey
    readonly receivedAt: number
    readonly scope?: string | undefined
    readonly nonce?: string | undefined
    readonly senderKey?: unknown
    readonly decidedAt: number
    readonly id: string
  },
): SessionRecord {
  const { reply, key, receivedAt, decidedAt, id } = begun
  const generation = record.generation + 1
  const token = toTokenSet(reply, { generation, receivedAt, scope: begun.scope })
  return {
    ...inNewEpoch(record, decidedAt),
    generation,
    session: defined({
      ...replyMembers(reply, receivedAt),
      refreshTokenGeneration: generation,
      scope: token.scope,
      nonce: begun.nonce,
      senderKey: begun.senderKey,
      startedAt: receivedAt,
      id,
      tokens: { [key]: token },
    }),
  }
}

/**
 * Nothing but the counters, and the epoch of the last sign-out. The epoch starts from the clock, above
 * a record that was wiped and began again; it counts in whole numbers, whatever an app's own clock shows.
 */
function inNewEpoch(record: SessionRecord, decidedAt: number): SessionRecord {
  const epoch = Math.max(record.epoch + 1, Math.floor(decidedAt))
  return defined({
    schema: 1 as const,
    revision: record.revision + 1,
    epoch,
    generation: record.generation,
    unknown: 0,
    refusals: 0,
    signedOutEpoch: record.signedOutEpoch,
  })
}

function next(record: SessionRecord, changes: Partial<SessionRecord>): SessionRecord {
  return { ...record, ...changes, revision: record.revision + 1 }
}

function without<Value>(
  entries: Readonly<Record<string, Value>>,
  key: string,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key))
}

/** Its letter goes with it, if nobody has opened it; of any other the answer is there, or may come yet. */
function withoutLease({ lease, ...rest }: SessionRecord): SessionRecord {
  return withoutLetters(rest, ({ id, state }) => id === lease?.letter && state === 'posted')
}

/**
 * After a commit nothing of the attempts before it counts any more. A late one may bring what is stored
 * already (a grace window that gives the same child): with that, somebody may be sending right now.
 */
function withAttemptsOver(
  record: SessionRecord,
  session: Session,
  refreshToken: string | undefined,
  to: Origin,
  changes: Partial<SessionRecord>,
): SessionRecord {
  const { failure: _, lease, ...rest } = record
  const isNew = refreshToken !== undefined && refreshToken !== session.refreshToken
  const isKept = !isNew && to.generation !== refreshTokenGenerationOf(session)
  const current = withoutLetters(
    rest,
    (letter) => letter.claim <= to.claim || (letter.state === 'posted' && !isKept),
  )
  return next(current, {
    ...(isKept ? lease && { lease } : { unknown: 0, refusals: 0 }),
    ...(isNew && { from: to }),
    ...changes,
  })
}

function withoutLetters(
  { letters = [], ...record }: SessionRecord,
  isOver: (letter: Letter) => boolean,
): SessionRecord {
  return withLetters(
    record,
    letters.filter((letter) => !isOver(letter)),
  )
}

function withLetters(
  { letters: _, ...record }: SessionRecord,
  letters: readonly Letter[],
): SessionRecord {
  return letters.length > 0 ? { ...record, letters } : record
}
