import { describe, expect, it } from 'vitest'
import { isTokenError } from '../../src/core/errors.ts'
import { readRefusal, type Refusal } from '../../src/oauth/error-response.ts'
import { transportError, unavailable } from '../../src/oauth/errors.ts'
import { toServerReply } from '../../src/oauth/exchange.ts'

const secret = 'refresh-secret.abc'
const now = (): number => Date.UTC(2030, 0, 1)

function read(
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
  rejectedBy: readonly string[] = ['invalid_grant'],
): Refusal {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return readRefusal(toServerReply(status, new Headers(headers), text), {
    rejectedBy,
    secrets: [secret],
    now,
  })
}

const error = (word: string): { readonly error: string } => ({ error: word })
const html = '<!doctype html><h1>Hello</h1>'

describe('readRefusal', () => {
  it.each<[number, unknown]>([
    [400, error('invalid_grant')],
    [401, error('invalid_grant')],
    [403, error('invalid_grant')],
    [404, error('invalid_grant')],
    [200, error('invalid_grant')],
    [400, { message: 'invalid_grant', error: 'bad_request', status: 400 }],
    [400, { message: 'invalid_grant' }],
  ])('takes %i %j for a dead grant', (status, body) => {
    expect(read(status, body)).toMatchObject({
      kind: 'rejected',
      oauth: { error: 'invalid_grant', status },
    })
  })

  it.each(['grant', 'invalid', 'invalid_grant', 'a', 'invalid_', '_'])(
    'judges a word before it takes the token %j out of it',
    (token) => {
      const reply = toServerReply(400, new Headers(), '{"error":"invalid_grant"}')
      const refusal = readRefusal(reply, { rejectedBy: ['invalid_grant'], secrets: [token], now })
      expect(refusal).toMatchObject({ kind: 'rejected', oauth: { error: 'invalid_grant' } })
    },
  )

  it.each(['invalid_scope', 'invalid_client'])('judges %s before it takes itself out', (word) => {
    const reply = toServerReply(400, new Headers(), JSON.stringify({ error: word }))
    const refusal = readRefusal(reply, { rejectedBy: [], secrets: [word], now })
    expect(refusal).toMatchObject({ kind: 'configuration', error: { oauth: { error: word } } })
  })

  it('takes out what the refusal itself gives out', () => {
    const refusal = read(400, {
      error: 'invalid_request',
      access_token: 'given-secret-1',
      refresh_token: 'given-secret-2',
      error_description: 'instead of given-secret-1 and given-secret-2',
    })
    expect(JSON.stringify(refusal)).not.toMatch(/given-secret/)
  })

  it('knows the words of a vendor', () => {
    const words = ['invalid_grant', 'bad_refresh_token']
    expect(read(200, error('bad_refresh_token'), {}, words).kind).toBe('rejected')
    expect(read(400, error('bad_refresh_token')).kind).toBe('refused')
  })

  it.each([
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
  ])('halts for %s', (word) => {
    const refusal = read(401, error(word))
    expect(refusal).toMatchObject({
      kind: 'configuration',
      error: { name: 'ConfigurationError', code: 'CLIENT_REJECTED', oauth: { error: word } },
    })
  })

  it('names what is rejected to the developer who has to change it', () => {
    const refusal = read(400, error('invalid_scope'))
    expect(refusal.kind === 'configuration' && refusal.error.message).toMatch(
      /rejects this client, or its request \(invalid_scope\)/,
    )
  })

  it.each<[number, unknown]>([
    [408, ''],
    [425, ''],
    [429, ''],
    [429, error('invalid_grant')],
    [429, html],
    [500, ''],
    [500, error('invalid_grant')],
    [503, error('invalid_client')],
    [599, ''],
    [0, ''],
    [400, error('temporarily_unavailable')],
    [400, error('server_error')],
    [400, error('slow_down')],
    [403, error('too_many_requests')],
    [400, error('invalid_dpop_proof')],
    [200, error('slow_down')],
  ])('waits after %i %j', (status, body) => {
    expect(read(status, body)).toMatchObject({
      kind: 'transient',
      error: {
        name: 'RefreshUnavailableError',
        code: 'SERVER_UNAVAILABLE',
        outcome: 'answered',
      },
    })
  })

  it.each([502, 504])('cannot know what lies behind a gateway that answers %i', (status) => {
    for (const body of [html, '', error('temporarily_unavailable')]) {
      expect(read(status, body)).toMatchObject({
        kind: 'transient',
        error: { code: 'SERVER_UNAVAILABLE', outcome: 'unknown' },
      })
    }
  })

  it.each<[number, unknown, 'answered' | 'unknown']>([
    [400, html, 'answered'],
    [401, html, 'answered'],
    [403, 'Forbidden', 'answered'],
    [404, '', 'answered'],
    [404, {}, 'answered'],
    [405, html, 'answered'],
    [410, '', 'answered'],
    [302, '', 'answered'],
    [200, html, 'unknown'],
    [200, '', 'unknown'],
    [200, {}, 'unknown'],
    [204, '', 'unknown'],
  ])('cannot use %i %j', (status, body, outcome) => {
    expect(read(status, body)).toMatchObject({
      kind: 'transient',
      error: { name: 'RefreshUnavailableError', code: 'RESPONSE_INVALID', outcome },
    })
  })

  it.each<[number, unknown]>([
    [400, error('invalid_request')],
    [400, error('some_word_of_a_vendor')],
    [418, error('teapot')],
    [400, ''],
    [401, ''],
    [403, ' \n'],
    [400, {}],
    [401, { error: 7 }],
    [400, { error: { code: 'invalid_grant' } }],
    [400, { error: '' }],
    [403, { message: 'Missing Authentication Token' }],
  ])('cannot read %i %j', (status, body) => {
    expect(read(status, body)).toMatchObject({
      kind: 'refused',
      error: { name: 'RefreshUnavailableError', code: 'REFUSED', outcome: 'answered' },
    })
  })

  it.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['seconds in the header of a vendor', { 'x-retry-after': '5' }, 5_000],
    ['a date', { 'retry-after': 'Tue, 01 Jan 2030 00:01:30 GMT' }, 90_000],
    ['a date that has passed', { 'retry-after': 'Mon, 31 Dec 2029 23:00:00 GMT' }, 0],
    ['a day', { 'retry-after': '86400' }, 3_600_000],
    ['a date in a year', { 'retry-after': 'Wed, 01 Jan 2031 00:00:00 GMT' }, 3_600_000],
    ['nonsense', { 'retry-after': 'later' }, undefined],
    ['nothing', {}, undefined],
  ])('reads %s in Retry-After', (_, headers, retryAfterMs) => {
    const refusal = read(503, '', headers)
    expect('retryAfterMs' in refusal ? refusal.retryAfterMs : undefined).toBe(retryAfterMs)
  })

  it('passes on what the server says, cut short and without the token it was sent', () => {
    const refusal = read(400, {
      error: 'invalid_grant',
      error_description: `No such token: ${secret}, ${secret}! ${'x'.repeat(500)}`,
      error_uri: `https://as.example/help?token=${secret}`,
    })
    if (refusal.kind !== 'rejected') throw new Error(`${refusal.kind} is not a dead grant`)
    expect(JSON.stringify(refusal)).not.toContain(secret)
    expect(refusal.oauth.error_description).toMatch(/^No such token: \[redacted\], \[redacted\]! x/)
    expect(refusal.oauth.error_description).toHaveLength(300)
    expect(refusal.oauth.error_uri).toBe('https://as.example/help?token=[redacted]')
  })

  it('cuts after it has redacted, so that no half of a token is left', () => {
    const refusal = read(400, {
      error: 'invalid_grant',
      error_description: 'x'.repeat(295) + secret,
    })
    expect(JSON.stringify(refusal)).not.toContain(secret.slice(0, 5))
  })

  it.each<[number, unknown]>([
    [400, { error: secret, error_description: secret, message: secret }],
    [429, { error: secret, error_description: secret }],
    [401, { error: 'invalid_client', error_description: secret }],
    [400, { error: 'bad_request', message: `token ${secret} unknown`, error_uri: secret }],
    [400, secret],
    [200, `<html>${secret}</html>`],
    [400, `{"error": "${secret}`],
  ])('lets no token through %i %j', (status, body) => {
    const refusal = read(status, body)
    const said = [JSON.stringify(refusal)]
    if ('error' in refusal) said.push(refusal.error.message, JSON.stringify(refusal.error))
    expect(said.join()).not.toContain(secret)
    expect('error' in refusal ? refusal.error.cause : undefined).toBeUndefined()
  })
})

describe('transportError', () => {
  it('leaves open whether the request arrived', () => {
    expect(transportError('network')).toMatchObject({ code: 'NETWORK', outcome: 'unknown' })
    expect(transportError('timeout')).toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' })
    expect(isTokenError(transportError('network'))).toBe(true)
  })
})

describe('unavailable', () => {
  it('says who, what, and that the session is kept', () => {
    expect(unavailable('NETWORK', 'unknown').message).toBe(
      'The authorization server could not be reached: the session is kept.',
    )
    expect(unavailable('REFUSED', 'answered', { error: 'teapot', status: 418 }).message).toBe(
      'The authorization server refused without a reason that is known (teapot): the session is kept.',
    )
  })
})
