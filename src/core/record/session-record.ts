import type { EndReason } from '../end-reason.ts'
import type { FailureHint } from '../events.ts'
import type { IdTokenClaims } from '../id-token-claims.ts'
import type { Letter } from './letter.ts'
import type { TokenKey, TokenSet } from './token-set.ts'
import type { OAuthErrorDetails } from '../errors.ts'

export interface Session {
  readonly refreshToken?: string
  /** The generation that brought it; absent in a session that an earlier version has renewed last. */
  readonly refreshTokenGeneration?: number
  readonly refreshTokenExpiresAt?: number
  /** The scope of the grant, as the replies for the default token set have said it last. */
  readonly scope?: string
  /** The server was seen to leave the grant as it is when it gives a narrower token. */
  readonly keepsScope?: boolean
  readonly sub?: string
  readonly nonce?: string
  readonly idToken?: string
  readonly claims?: IdTokenClaims
  /** Opaque here; only the sender constraint looks into it. */
  readonly senderKey?: unknown
  /** The nonce that the authorization server named last, for the proof of whichever tab renews next. */
  readonly senderNonce?: string
  readonly startedAt: number
  /** When the user last did something, as far as a tab has written it down; only with the option `idle`. */
  readonly activeAt?: number
  /** Two tabs may each begin a session in the same millisecond, and so in the same epoch. */
  readonly id?: string
  readonly tokens: Readonly<Record<TokenKey, TokenSet>>
  /** Token sets that the server refuses to give, while the session itself goes on. */
  readonly refused?: Readonly<Record<TokenKey, Failure>>
}

/** The right to present the refresh token, until it runs out. */
export interface Lease {
  readonly tab: string
  readonly takenAt: number
  readonly until: number
  /** Whether the lock was held when the lease was taken. */
  readonly underLock: boolean
  /** The letter it was taken for, if a courier is to send. None where it settles what a courier has brought. */
  readonly letter?: string
}

/** Why no tab sends a token request before `until`. */
export interface Failure {
  readonly kind: 'transient' | 'refused' | 'configuration'
  readonly code: string
  /** The server's words, cleaned and short, so that every tab can tell them. */
  readonly oauth?: OAuthErrorDetails
  /** What a developer may look at. */
  readonly hint?: FailureHint
  readonly attempt: number
  /** The first failure of this outage; absent in a record of an earlier version. */
  readonly since?: number
  readonly failedAt: number
  readonly until: number
}

/** What storage holds for one (issuer, client, session name). */
export interface SessionRecord {
  readonly schema: 1
  /** Rises with every write. */
  readonly revision: number
  /** Moves at sign-in, sign-out and end of session; starts from the clock. Fences everything older. */
  readonly epoch: number
  /** +1 with every accepted token reply. */
  readonly generation: number
  /** Absent: signed out, see `endedBy`. */
  readonly session?: Session
  readonly endedBy?: 'signed-out' | EndReason
  /** The server's words, if it was the server that ended it. */
  readonly endedWith?: OAuthErrorDetails
  /** The epoch that the last sign-out began, also after a new session: fences the replies of before. */
  readonly signedOutEpoch?: number
  readonly lease?: Lease
  /** Attempts with this refresh token whose outcome nobody knows; 0 again at a commit. */
  readonly unknown: number
  /** Refusals in a row that nobody can read; 0 again at a commit. */
  readonly refusals: number
  /** When the first of them came; says nothing while there are none. */
  readonly refusedSince?: number
  readonly failure?: Failure
  /** Which refresh token the stored one replaced, and by which claim: of two replies the one claimed later wins. */
  readonly from?: Origin
  /** Oldest claim first. */
  readonly letters?: readonly Letter[]
}

/** A refresh token by the generation that brought it, and the claim it was presented by. */
export interface Origin {
  readonly generation: number
  readonly claim: number
}

/** Which refresh token a session has, as letters and the replies to it name it. */
export function refreshTokenGenerationOf({ refreshTokenGeneration = 0 }: Session): number {
  return refreshTokenGeneration
}

/** Whether a reply to this counts more than the one that has brought the stored refresh token. */
export function outdoes({ generation, claim }: Origin, { from }: SessionRecord): boolean {
  return from !== undefined && from.generation === generation && from.claim < claim
}

/** What stands where nothing was ever written. */
export const blankRecord: SessionRecord = {
  schema: 1,
  revision: 0,
  epoch: 0,
  generation: 0,
  unknown: 0,
  refusals: 0,
}

/**
 * Whether nobody has written in between. Two tabs that storage refuses may have begun the same epoch,
 * in the same millisecond, so the counters alone do not say it.
 */
export function isSameRecord(a: SessionRecord, b: SessionRecord): boolean {
  return (
    a.epoch === b.epoch &&
    a.revision === b.revision &&
    a.session?.refreshToken === b.session?.refreshToken
  )
}

/**
 * Whether two records hold one session. An id is random and never given twice, while the epoch may be
 * another: a sign-in that storage has answered too late goes on in memory, in the epoch that this tab
 * worked out, until it is heard in which one it was written. The epoch decides only between sessions
 * without an id, which an earlier version of the app has begun.
 */
export function isSameSession(a: Identified, b: Identified): boolean {
  const id = a.session?.id
  return id === b.session?.id && (id !== undefined || a.epoch === b.epoch)
}

/** What a session is called, in whatever version of this library it began. */
export function nameOf({ session, epoch }: Identified): string {
  return session?.id ?? String(epoch)
}

type Identified = Pick<SessionRecord, 'epoch'> & { readonly session?: Pick<Session, 'id'> }
