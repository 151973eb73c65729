import { describe, expect, it } from 'vitest'
import type { EndReason } from '../../src/index.ts'
import { json } from '../oauth/server-double.ts'
import { failureOf, named } from '../support/failure.ts'
import { settle } from '../support/tabs.ts'
import { vendors, type VendorName } from './vendors.ts'

interface Row {
  readonly vendor: VendorName
  readonly says: string
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly session: EndReason | 'waiting' | 'halted'
  readonly error: string
  /** How long until the next attempt, where the server says so. */
  readonly retryAfterMs?: number
}

const rejected = { session: 'rejected', error: 'SessionEndedError REJECTED' } as const
const busy = { session: 'waiting', error: 'RefreshUnavailableError SERVER_UNAVAILABLE' } as const
const unreadable = { session: 'waiting', error: 'RefreshUnavailableError REFUSED' } as const
const halted = { session: 'halted', error: 'ConfigurationError CLIENT_REJECTED' } as const

const rows: readonly Row[] = [
  {
    vendor: 'auth0',
    says: 'a spent refresh token, with 403',
    status: 403,
    body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
    ...rejected,
  },
  {
    vendor: 'auth0',
    says: 'too many requests',
    status: 429,
    body: { error: 'too_many_requests', error_description: 'Global limit has been reached' },
    headers: { 'x-ratelimit-remaining': '0' },
    ...busy,
  },
  {
    vendor: 'wso2',
    says: 'a refresh token that rotation has made inactive',
    status: 400,
    body: { error_description: 'Persisted access token data not found', error: 'invalid_grant' },
    ...rejected,
  },
  {
    vendor: 'wso2',
    says: 'a client that is not public',
    status: 401,
    body: {
      error_description: 'Unsupported Client Authentication Method!',
      error: 'invalid_client',
    },
    headers: { 'www-authenticate': 'Basic realm="is.example"' },
    ...halted,
  },
  {
    vendor: 'dailyPay',
    says: 'a spent refresh token in the words of older servers of its kind',
    status: 401,
    body: {
      error: 'token_inactive',
      error_description: 'Token is inactive because it is malformed, expired or otherwise invalid.',
      error_hint: 'Token validation failed.',
      error_debug: 'not_found',
      status_code: 401,
    },
    ...rejected,
  },
  {
    vendor: 'dailyPay',
    says: 'a spent refresh token as the RFC has it, with members of its own',
    status: 400,
    body: { error: 'invalid_grant', error_hint: 'The token was used before.', status_code: 400 },
    ...rejected,
  },
  {
    vendor: 'mercadoPago',
    says: 'a spent refresh token',
    status: 400,
    body: {
      message: 'Error validating grant. Your refresh token may be expired or it was already used',
      error: 'invalid_grant',
      status: 400,
      cause: [],
    },
    ...rejected,
  },
  {
    vendor: 'mercadoPago',
    says: 'a spent refresh token, with the word in the message',
    status: 400,
    body: { message: 'invalid_grant', error: 'bad_request', status: 400, cause: [] },
    ...rejected,
  },
  {
    vendor: 'mercadoPago',
    says: 'a secret that is wrong in the proxy',
    status: 400,
    body: { message: 'invalid client_id or client_secret', error: 'invalid_client', status: 400 },
    ...halted,
  },
  {
    vendor: 'mercadoPago',
    says: 'too many requests, and when to come back in a header of its own',
    status: 429,
    body: { message: 'local_rate_limited', error: 'local_rate_limited', status: 429, cause: null },
    headers: { 'x-retry-after': '30' },
    ...busy,
    retryAfterMs: 30_000,
  },
  {
    vendor: 'mercadoPago',
    says: 'too many requests, with the word of a gateway',
    status: 429,
    body: { message: 'local_rate_limited', error: 'bad_request', status: 429 },
    ...busy,
  },
  ...[
    'Token is not active',
    'Session not active',
    'Maximum allowed refresh token reuse exceeded',
  ].map((error_description): Row => ({
    vendor: 'keycloak',
    says: error_description,
    status: 400,
    body: { error: 'invalid_grant', error_description },
    ...rejected,
  })),
  {
    vendor: 'okta',
    says: 'a spent refresh token',
    status: 400,
    body: { error: 'invalid_grant', error_description: 'The refresh token is invalid or expired.' },
    ...rejected,
  },
  {
    vendor: 'okta',
    says: 'too many requests, without an OAuth word',
    status: 429,
    body: { errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit.', errorCauses: [] },
    headers: { 'x-rate-limit-reset': '1900000060' },
    ...busy,
  },
  {
    vendor: 'entraId',
    says: 'a refresh token past its 24 hours',
    status: 400,
    body: {
      error: 'invalid_grant',
      error_description: 'AADSTS700084: The refresh token was issued to a single page app (SPA).',
      error_codes: [700084],
      timestamp: '2030-01-01 00:00:00Z',
      trace_id: 'd7f1f3c0-0000-4000-8000-000000000000',
      correlation_id: 'd7f1f3c0-0000-4000-8000-000000000001',
    },
    ...rejected,
  },
  {
    vendor: 'entraId',
    says: 'that the user has to do something',
    status: 400,
    body: {
      error: 'interaction_required',
      error_description: 'AADSTS50076: You must use multi-factor authentication.',
      error_codes: [50076],
      suberror: 'basic_action',
    },
    ...unreadable,
  },
  {
    vendor: 'entraId',
    says: 'that it is busy',
    status: 503,
    body: { error: 'temporarily_unavailable', error_codes: [90033] },
    ...busy,
  },
  {
    vendor: 'auth0',
    says: 'what is the word of another vendor',
    status: 401,
    body: { error: 'token_inactive' },
    ...unreadable,
  },
  {
    vendor: 'dailyPay',
    says: 'what is the word of another vendor',
    status: 400,
    body: { error: 'interaction_required' },
    ...unreadable,
  },
]

describe('a renewal, when', () => {
  it.each(rows)('$vendor says: $says ($status)', async (row) => {
    const { profile, openTab, openSignedInTab } = vendors[row.vendor]()
    const tab = await openSignedInTab()
    const peer = openTab()
    await peer.auth.ready
    profile.server.answerNext(() => json(row.status, row.body, row.headers))
    const failure = await failureOf(profile.passUntil(tab.auth.refresh()))
    await settle()

    expect(named(failure)).toBe(row.error)
    for (const { auth } of [tab, peer]) {
      const isKept = row.session === 'waiting' || row.session === 'halted'
      expect(auth.getState()).toMatchObject(
        isKept
          ? { status: 'signed-in', refresh: { phase: row.session } }
          : { status: 'signed-out', reason: row.session },
      )
    }
    if (row.retryAfterMs !== undefined) {
      const retryAt = profile.clock.now() + row.retryAfterMs
      expect(failure).toMatchObject({ retryAt })
      expect(peer.auth.getState()).toMatchObject({ refresh: { retryAt } })
    }
  })

  it('keeps what the vendor said, and nothing that was sent', async () => {
    const { profile, openSignedInTab } = vendors.mercadoPago()
    const { auth } = await openSignedInTab()
    const [, refreshToken = ''] = profile.server.secrets
    const message = `${refreshToken} is not of this client`
    profile.server.answerNext(() => json(400, { message, error: 'invalid_client', status: 400 }))
    const failure = await failureOf(auth.refresh())
    expect(failure?.oauth).toEqual({
      error: 'invalid_client',
      error_description: '[redacted] is not of this client',
      status: 400,
    })
  })
})
