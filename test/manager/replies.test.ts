import { describe, expect, it } from 'vitest'
import type { EndReason, SessionState } from '../../src/index.ts'
import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { json, opaqueRedirect, page } from '../oauth/server-double.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { newest } from '../support/newest.ts'
import { createProfile, settle, type Profile } from '../support/tabs.ts'
import { cut, cutAfterRotation, hang, refusal, spoilt } from '../support/token-replies.ts'

const minuteMs = 60_000

interface Row {
  readonly reply: string
  /** What the token endpoint answers, one after the other; then it answers by itself again. */
  readonly answers: readonly FakeReply[]
  readonly session: 'kept' | EndReason
  /** Of `state.refresh`, in both tabs. */
  readonly phase?: 'idle' | 'waiting' | 'halted'
  /** What the caller gets. */
  readonly error: string
  /** How long both tabs keep quiet; absent: any time. */
  readonly quietMs?: number
  /** What a peer does when it is asked right after. */
  readonly peer: 'adopts' | 'waits' | 'halts' | 'ends'
  /** Which refresh token the next request presents, once it may. */
  readonly next: 'old' | 'new' | 'nothing'
  /** How patient the caller is; the peer is not. Absent: not at all. */
  readonly patienceMs?: number
}

const unavailable = { session: 'kept', phase: 'waiting', peer: 'waits', next: 'old' } as const
const served = { session: 'kept', phase: 'idle', error: 'none', peer: 'adopts' } as const
const serverTrouble = {
  ...unavailable,
  error: 'RefreshUnavailableError SERVER_UNAVAILABLE',
} as const
const salvaged = {
  ...unavailable,
  error: 'RefreshUnavailableError RESPONSE_INVALID',
  next: 'new',
} as const
/** The first pause is outlasted. */
const patienceMs = 500
const over = { peer: 'ends', next: 'nothing' } as const
const rejected = { ...over, session: 'rejected', error: 'SessionEndedError REJECTED' } as const
const otherUser = {
  ...over,
  session: 'subject-changed',
  error: 'SessionEndedError SUBJECT_CHANGED',
} as const
const unreadable = { ...unavailable, error: 'RefreshUnavailableError REFUSED' } as const
const halted = {
  session: 'kept',
  phase: 'halted',
  error: 'ConfigurationError CLIENT_REJECTED',
  quietMs: 10 * minuteMs,
  peer: 'halts',
  next: 'old',
} as const

const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' }
const bare = { access_token: 'another-access', token_type: 'Bearer', expires_in: 300 }

const rows: readonly Row[] = [
  { reply: '503', answers: [() => page(503)], ...serverTrouble },
  {
    reply: '503 with Retry-After in seconds',
    answers: [() => page(503, { 'retry-after': '120' })],
    ...serverTrouble,
    quietMs: 2 * minuteMs,
  },
  {
    reply: '503 with Retry-After as a date',
    answers: [() => page(503, { 'retry-after': 'Tue, 01 Jan 2030 00:12:00 GMT' })],
    ...serverTrouble,
    quietMs: 2 * minuteMs,
  },
  { reply: '429', answers: [refusal(429, 'slow_down')], ...serverTrouble },
  {
    reply: '429 with Retry-After',
    answers: [() => page(429, { 'retry-after': '30' })],
    ...serverTrouble,
    quietMs: 30_000,
  },
  { reply: '500 with invalid_grant', answers: [refusal(500, 'invalid_grant')], ...serverTrouble },
  { reply: '503 with invalid_grant', answers: [refusal(503, 'invalid_grant')], ...serverTrouble },
  { reply: '502, once', answers: [() => page(502)], ...served, next: 'new', patienceMs },
  { reply: '504, once', answers: [() => page(504)], ...served, next: 'new', patienceMs },
  {
    reply: '504, twice',
    answers: [() => page(504), () => page(504)],
    ...serverTrouble,
    patienceMs,
  },
  {
    reply: '504 with Retry-After',
    answers: [() => page(504, { 'retry-after': '30' })],
    ...serverTrouble,
    quietMs: 30_000,
  },
  { reply: 'opaque redirect', answers: [opaqueRedirect], ...serverTrouble },
  { reply: 'hang, once', answers: [hang], ...served, next: 'new', patienceMs },
  {
    reply: 'hang, twice',
    answers: [hang, hang],
    ...unavailable,
    error: 'RefreshUnavailableError TIMEOUT',
    // The second attempt counts, too.
    patienceMs: 10_500,
  },
  {
    reply: 'connection cut before the server rotated',
    answers: [cut],
    ...served,
    next: 'new',
    patienceMs,
  },
  {
    reply: 'connection cut before the server rotated, twice',
    answers: [cut, cut],
    ...unavailable,
    patienceMs,
    error: 'RefreshUnavailableError NETWORK',
  },
  {
    reply: 'connection cut after a strict server rotated',
    answers: [cutAfterRotation],
    ...over,
    session: 'rotation-lost',
    error: 'SessionEndedError ROTATION_LOST',
    patienceMs,
  },
  {
    reply: 'connection cut after a server with a grace window rotated',
    answers: withGrace(),
    ...served,
    patienceMs,
    next: 'new',
  },
  { reply: 'HTML with 200, once', answers: [() => page(200)], ...served, next: 'new', patienceMs },
  {
    reply: 'HTML with 200, twice',
    answers: [() => page(200), () => page(200)],
    ...unavailable,
    patienceMs,
    error: 'RefreshUnavailableError RESPONSE_INVALID',
  },
  ...[400, 401, 403].flatMap((status): Row[] => [
    {
      reply: `${status} invalid_grant`,
      answers: [refusal(status, 'invalid_grant')],
      ...rejected,
    },
    {
      reply: `${status} invalid_grant with a visible challenge`,
      answers: [refusal(status, 'invalid_grant', challenge)],
      ...rejected,
    },
  ]),
  { reply: '200 with invalid_grant', answers: [refusal(200, 'invalid_grant')], ...rejected },
  { reply: 'empty 400', answers: [() => new Response(null, { status: 400 })], ...unreadable },
  { reply: 'invalid_request', answers: [refusal(400, 'invalid_request')], ...unreadable },
  { reply: 'invalid_client', answers: [refusal(401, 'invalid_client')], ...halted },
  {
    reply: 'invalid_client with a visible challenge',
    answers: [refusal(401, 'invalid_client', { 'www-authenticate': 'Basic realm="as"' })],
    ...halted,
  },
  { reply: 'expires_in null', answers: [spoilt({ expires_in: null })], ...served, next: 'new' },
  { reply: 'no token_type', answers: [spoilt({ token_type: undefined })], ...salvaged },
  { reply: 'an unknown token_type', answers: [spoilt({ token_type: 'mac' })], ...salvaged },
  { reply: 'no refresh token', answers: [() => json(200, bare)], ...served, next: 'old' },
  {
    reply: 'the same refresh token',
    answers: [
      ({ parameters }) => json(200, { ...bare, refresh_token: parameters.get('refresh_token') }),
    ],
    ...served,
    next: 'old',
  },
  { reply: 'a new refresh token', answers: [({ proceed }) => proceed()], ...served, next: 'new' },
  {
    reply: 'an id_token that has expired by the local clock',
    answers: [withIdToken({ iat: 1_700_000_000, exp: 1_700_000_600 })],
    ...served,
    next: 'new',
  },
  { reply: 'an id_token of another sub', answers: [withIdToken({ sub: 'user-2' })], ...otherUser },
  {
    reply: 'an id_token of another iss',
    answers: [withIdToken({ iss: 'https://other.example' })],
    ...otherUser,
  },
  { reply: 'an id_token of nobody', answers: [withIdToken({ sub: '' })], ...salvaged },
  { reply: 'an id_token from nowhere', answers: [withIdToken({ iss: '' })], ...salvaged },
]

describe('the token endpoint answers', () => {
  it.each(rows.map(titled))('%s', async (_, row) => {
    const profile = createProfile()
    const tab = profile.openTab({ patienceMs: row.patienceMs ?? 0 })
    const peer = profile.openTab()
    const first = profile.server.signIn({ id_token: idToken() })
    await tab.auth.startSession(first)
    profile.clock.advance(10 * minuteMs)

    for (const answer of row.answers) profile.server.answerNext(answer)
    const error = await profile.passUntil(failureOf(tab.auth.getAccessToken()))
    await settle()
    expect(named(error)).toBe(row.error)
    expect(standing(tab.auth.getState())).toEqual(standing(peer.auth.getState()))
    expect(standing(tab.auth.getState())).toMatchObject({
      session: row.session,
      phase: row.phase,
      ...(row.peer === 'waits' && { retryAt: retryAtOf(error) }),
    })
    if (row.peer === 'waits') expect(retryAtOf(error)).toBeGreaterThan(profile.clock.now())

    const sentBefore = profile.sent.length
    const peerError = await failureOf(peer.auth.getAccessToken())
    expect(named(peerError)).toBe(row.error)
    expect(retryAtOf(peerError)).toBe(retryAtOf(error))
    expect(profile.sent).toHaveLength(sentBefore)

    const quietMs = row.quietMs ?? (retryAtOf(error) ?? 0) - profile.clock.now()
    if (row.session === 'kept' && row.phase !== 'idle') {
      profile.clock.advance(quietMs - 1)
      expect(named(await failureOf(peer.auth.getAccessToken()))).toBe(row.error)
      expect(profile.sent).toHaveLength(sentBefore)
      profile.clock.advance(1)
      expect(peer.auth.getState()).toMatchObject({ refresh: { phase: 'idle' } })
    } else {
      profile.clock.advance(10 * minuteMs)
    }
    const renewed = newest(profile, 'refresh')
    const presented = await nextPresented(profile, () => peer.auth.refresh())
    expect(presented).toBe({ old: first.refresh_token, new: renewed, nothing: undefined }[row.next])
    const status = row.session === 'kept' ? 'signed-in' : 'signed-out'
    expect(tab.auth.getState()).toMatchObject({ status })
  })
})

describe('three refusals in a row that nobody can read', () => {
  it('end the session when no valid access token is left', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    profile.clock.advance(10 * minuteMs)
    profile.server.answerAlways(refusal(400, 'invalid_request'))
    const errors = [await failureOf(auth.getAccessToken())]
    for (let round = 0; round < 2; round += 1) {
      await profile.pass(5_000)
      errors.push(await failureOf(auth.getAccessToken()))
    }
    expect(errors.map(named)).toEqual([
      'RefreshUnavailableError REFUSED',
      'RefreshUnavailableError REFUSED',
      'SessionEndedError REFUSED',
    ])
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'refused' })
    expect(profile.server.counts.requests).toBe(3)
  })

  it('leave the session alone while a valid access token is left', async () => {
    const profile = createProfile()
    const { auth } = await profile.openSignedInTab()
    const token = await auth.getAccessToken()
    profile.server.answerAlways(() => new Response(null, { status: 400 }))
    for (let round = 0; round < 4; round += 1) {
      expect(named(await failureOf(auth.refresh()))).toBe('RefreshUnavailableError REFUSED')
      await profile.pass(15_000)
    }
    expect(await auth.getAccessToken()).toBe(token)
    profile.clock.advance(5 * minuteMs)
    expect(named(await failureOf(auth.getAccessToken()))).toBe('SessionEndedError REFUSED')
  })
})

function titled(row: Row): [title: string, row: Row] {
  const { reply, error, session, peer, next } = row
  const verdict = session === 'kept' ? 'the session is kept' : `the session ends (${session})`
  return [`${reply}: ${verdict}, error ${error}, a peer ${peer}, then ${next}`, row]
}

/** Which refresh token the next token request presents; `undefined` if none is sent. */
async function nextPresented(
  profile: Profile,
  act: () => Promise<unknown>,
): Promise<string | null | undefined> {
  const before = profile.sent.length
  await failureOf(act())
  return profile.sent[before]?.parameters.get('refresh_token')
}

function retryAtOf(error: unknown): number | undefined {
  return (error as { readonly retryAt?: number } | undefined)?.retryAt
}

/** How a session stands, in the words of the table. */
function standing(state: SessionState): Record<string, unknown> {
  if (state.status === 'signed-out') return { session: state.reason, phase: undefined }
  if (state.status === 'restoring') return { session: 'restoring' }
  const { refresh } = state
  return {
    session: 'kept',
    phase: refresh.phase,
    ...(refresh.phase === 'waiting' && { retryAt: refresh.retryAt }),
  }
}

function withIdToken(changes: Readonly<Record<string, unknown>>): FakeReply {
  return spoilt({ id_token: idToken(changes) })
}

/** A server that answers the request whose reply was lost again. */
function withGrace(): readonly FakeReply[] {
  let lost: Response | undefined
  return [
    ({ proceed }) => {
      lost = proceed()
      throw new TypeError('Failed to fetch')
    },
    () => lost ?? json(500, {}),
  ]
}
