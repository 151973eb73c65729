import { isIdTokenClaims } from '../id-token-claims.ts'
import { areAll, fits, isCount, isObject, isString, isWord, type Check } from '../shape.ts'
import type { Letter } from './letter.ts'
import type { Session, SessionRecord } from './session-record.ts'
import { isAccessToken } from './token-set.ts'

/** `newer`: written by a later version of this library, not to be touched. */
export type ParsedRecord = SessionRecord | 'absent' | 'corrupt' | 'newer'

/**
 * Parses what storage holds. Everything that a decision or a request rests on is checked; a record
 * that fails is `corrupt` as a whole, because half a session would be worse than none. Claims that do
 * not fit, and access tokens that no header can hold, are left out: the session goes on without them.
 */
export function parseSessionRecord(stored: unknown): ParsedRecord {
  if (stored === undefined) return 'absent'
  if (!isObject(stored)) return 'corrupt'
  if (Number.isFinite(stored['schema']) && Number(stored['schema']) > 1) return 'newer'
  if (!isRecord(stored)) return 'corrupt'
  // Every member that is read has just been checked.
  const { letters, ...record } = stored as unknown as SessionRecord
  return {
    ...record,
    ...(record.session && { session: fitting(record.session) }),
    // Those who settle one look closer.
    ...(Array.isArray(letters) && { letters: letters.filter(isObject) as unknown as Letter[] }),
  }
}

function fitting({ claims, tokens, ...session }: Session): Session {
  const sendable = Object.entries(tokens).filter(([, token]) => isAccessToken(token.accessToken))
  return {
    ...session,
    ...(isIdTokenClaims(claims) && { claims }),
    tokens: Object.fromEntries(sendable),
  }
}

const isRecord: Check = (value) =>
  fits(
    value,
    {
      schema: (schema) => schema === 1,
      revision: isCount,
      epoch: isCount,
      generation: isCount,
      unknown: isCount,
      refusals: isCount,
    },
    {
      session: isSession,
      endedBy: isString,
      endedWith: isOAuthError,
      signedOutEpoch: isCount,
      lease: isLease,
      failure: isFailure,
      refusedSince: Number.isFinite,
      from: (from) => fits(from, { generation: isCount, claim: isCount }),
    },
  )

const isSession: Check = (value) =>
  fits(
    value,
    { startedAt: Number.isFinite, tokens: (tokens) => areAll(tokens, isTokenSet) },
    {
      refreshToken: isWord,
      refreshTokenExpiresAt: Number.isFinite,
      activeAt: Number.isFinite,
      refreshTokenGeneration: isCount,
      scope: isString,
      sub: isString,
      nonce: isString,
      idToken: isString,
      id: isString,
      senderNonce: isString,
      keepsScope: isBoolean,
      refused: (refused) => areAll(refused, isFailure),
    },
  )

const isTokenSet: Check = (value) =>
  fits(
    value,
    {
      accessToken: isWord,
      tokenType: (type) => type === 'Bearer' || type === 'DPoP',
      generation: isCount,
      receivedAt: Number.isFinite,
    },
    {
      scope: isString,
      expiresAt: Number.isFinite,
      mintedFor: (list) => Array.isArray(list) && areAll(list, isMintedFor),
    },
  )

const isMintedFor: Check = (value) => fits(value, { resourceServer: isString, at: Number.isFinite })

const isLease: Check = (value) =>
  fits(
    value,
    {
      tab: isString,
      takenAt: Number.isFinite,
      until: Number.isFinite,
      underLock: isBoolean,
    },
    { letter: isString },
  )

const isFailure: Check = (value) =>
  fits(
    value,
    {
      kind: (kind) => kind === 'transient' || kind === 'refused' || kind === 'configuration',
      code: isString,
      attempt: isCount,
      failedAt: Number.isFinite,
      until: Number.isFinite,
    },
    { since: Number.isFinite, oauth: isOAuthError, hint: isString },
  )

const isOAuthError: Check = (value) =>
  fits(
    value,
    { error: isString },
    { error_description: isString, error_uri: isString, status: Number.isFinite },
  )

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}
