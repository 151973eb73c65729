import { describe, expect, it } from 'vitest'
import { parseTokenResponse } from '../../src/oauth/token-response.ts'
import { idToken } from '../support/id-token.ts'
import { claims, signIdToken } from './server-double.ts'

const response = { access_token: 'access-secret', token_type: 'Bearer' }

describe('parseTokenResponse: a response that is in order', () => {
  it('says nothing that the server did not say', () => {
    expect(parseTokenResponse(response)).toEqual({
      accessToken: 'access-secret',
      tokenType: 'Bearer',
    })
  })

  it('leaves a word of the scope that is a short code as well', () => {
    const reply = parseTokenResponse({ ...response, scope: 'orders 3' }, ['3', 'orders'])
    expect(reply.scope).toBe('orders 3')
  })

  it('leaves out a word of the scope that is a secret, which has eight letters at least', () => {
    const reply = parseTokenResponse({ ...response, scope: 'a 12345678' }, ['12345678'])
    expect(reply.scope).not.toContain('12345678')
    const short = parseTokenResponse({ ...response, scope: 'a 1234567' }, ['1234567'])
    expect(short.scope).toBe('a 1234567')
  })

  it('leaves out the tokens that the response brings, where a server repeats them there', async () => {
    const tokens = { refresh_token: 'refresh-secret', id_token: await signIdToken() }
    const all = [response.access_token, ...Object.values(tokens)]
    const { scope } = parseTokenResponse({ ...response, ...tokens, scope: `a ${all.join(' ')}` })
    for (const one of all) expect(scope).not.toContain(one)
  })

  it('counts in milliseconds', () => {
    const reply = parseTokenResponse({
      ...response,
      expires_in: 0.5,
      refresh_token: 'refresh-secret',
      refresh_expires_in: 1_800,
    })
    expect(reply).toMatchObject({ expiresInMs: 500, refreshTokenExpiresInMs: 1_800_000 })
  })

  it.each(['DPoP', 'dpop', 'DPOP'])('spells the token type %s as its RFC does', (token_type) => {
    expect(parseTokenResponse({ ...response, token_type }).tokenType).toBe('DPoP')
  })

  it.each([
    ['refresh_expires_in', { refresh_expires_in: 60 }],
    ['refresh_token_expires_in', { refresh_token_expires_in: '60' }],
    ['refresh_token_timeout', { refresh_token_timeout: 60 }],
    ['authorization_expires_in', { authorization_expires_in: 60 }],
    ['the first end of several', { refresh_token_timeout: 60, authorization_expires_in: 90 }],
    ['the first end of several', { refresh_token_timeout: 90, authorization_expires_in: 60 }],
    ['the only end of several', { refresh_expires_in: 0, refresh_token_expires_in: 60 }],
  ])('takes the life of the refresh token from %s', (_, members) => {
    expect(parseTokenResponse({ ...response, ...members }).refreshTokenExpiresInMs).toBe(60_000)
  })

  it.each([
    ['0, which means without an end', { refresh_expires_in: 0 }],
    ['text', { refresh_token_expires_in: 'soon' }],
    ['null', { refresh_expires_in: null }],
    ['no number', { refresh_token_timeout: true, authorization_expires_in: {} }],
    ['less than nothing', { refresh_token_timeout: -1 }],
    ['a date', { refresh_token_expires_in: '2030-01-01T00:00:00Z' }],
    ['an object that is no text', { refresh_expires_in: { toString: 1, valueOf: 1 } }],
    ['a list', { refresh_expires_in: [60] }],
    ['a deep list', { refresh_expires_in: JSON.parse('['.repeat(6_000) + ']'.repeat(6_000)) }],
  ])('takes no life of the refresh token from %s', (_, members) => {
    expect(parseTokenResponse({ ...response, ...members })).not.toHaveProperty(
      'refreshTokenExpiresInMs',
    )
  })

  it('has finite durations, however large the numbers of the server', () => {
    const reply = parseTokenResponse({
      ...response,
      expires_in: 1e306,
      refresh_token_expires_in: Infinity,
    })
    expect(reply.expiresInMs).toSatisfy(Number.isFinite)
    expect(reply.refreshTokenExpiresInMs).toSatisfy(Number.isFinite)
  })
})

describe('parseTokenResponse: whatever is handed over', () => {
  it('reads a whole response', async () => {
    const id_token = await signIdToken()
    const reply = parseTokenResponse({
      ...response,
      expires_in: 300,
      refresh_token: 'refresh-secret',
      refresh_expires_in: 1_800,
      scope: 'a b',
      id_token,
      session_state: 'ignored',
    })
    expect(reply).toEqual({
      accessToken: 'access-secret',
      tokenType: 'Bearer',
      expiresInMs: 300_000,
      refreshToken: 'refresh-secret',
      refreshTokenExpiresInMs: 1_800_000,
      scope: 'a b',
      idToken: id_token,
      claims,
    })
  })

  it.each([null, ''])('counts %j as absent', (nothing) => {
    const optional = {
      expires_in: nothing,
      refresh_token: nothing,
      scope: nothing,
      id_token: nothing,
    }
    expect(parseTokenResponse({ ...response, ...optional })).toEqual({
      accessToken: 'access-secret',
      tokenType: 'Bearer',
    })
  })

  it('takes a number of seconds that is written as text', () => {
    expect(parseTokenResponse({ ...response, expires_in: '3600' }).expiresInMs).toBe(3_600_000)
  })

  it('takes an access token of any size and form', () => {
    const access_token = 'x'.repeat(65_536)
    expect(parseTokenResponse({ ...response, access_token }).accessToken).toBe(access_token)
  })

  it('is not led astray by a member named __proto__', () => {
    const wire: unknown = JSON.parse(
      '{"access_token":"a","token_type":"bearer","__proto__":{"refresh_token":"planted"}}',
    )
    expect(parseTokenResponse(wire)).toEqual({ accessToken: 'a', tokenType: 'Bearer' })
  })

  it.each<[string, unknown]>([
    ['response', undefined],
    ['response', null],
    ['response', 'access-secret'],
    ['response.access_token', { token_type: 'Bearer' }],
    ['response.access_token', { ...response, access_token: '' }],
    ['response.access_token', { ...response, access_token: 7 }],
    ['response.access_token', { ...response, access_token: 'access-secret\n' }],
    ['response.access_token', { ...response, access_token: 'access\r\nsecret' }],
    ['response.access_token', { ...response, access_token: 'zugriffs-sécret' }],
    ['response.token_type', { ...response, token_type: '' }],
    ['response.token_type', { access_token: 'access-secret' }],
    ['response.token_type', { ...response, token_type: 'mac' }],
    ['response.token_type', { ...response, token_type: ['Bearer'] }],
    ['response.expires_in', { ...response, expires_in: -1 }],
    ['response.expires_in', { ...response, expires_in: 'soon' }],
    ['response.expires_in', { ...response, expires_in: Number.NaN }],
    ['response.expires_in', { ...response, expires_in: Infinity }],
    ['response.expires_in', { ...response, expires_in: {} }],
    ['response.refresh_token', { ...response, refresh_token: { value: 'refresh-secret' } }],
    ['response.scope', { ...response, scope: ['a', 'b'] }],
    ['response.id_token', { ...response, id_token: 'id-secret' }],
    ['response.id_token', { ...response, id_token: idToken({ sub: '' }) }],
    ['response.id_token', { ...response, id_token: { raw: 'id-secret' } }],
  ])('names %s and the rule, and no value, when given %j', (name, value) => {
    const parse = (): unknown => parseTokenResponse(value)
    expect(parse).toThrow(TypeError)
    expect(parse).toThrow(new RegExp(`^${name} (must|is) `))
    expect(parse).not.toThrow('secret')
  })
})
