import { describe, expect, it } from 'vitest'
import { refreshWith, request, tokens } from './refresh-setup.ts'
import { claims, clientId, json, metadata, signIdToken } from './server-double.ts'
import type { RefreshOutcome, RefreshRequest } from '../../src/core/rotation/token-grant.ts'

describe('createTokenEndpoint: a reply', () => {
  it('is accepted in our own words', async () => {
    const id_token = await signIdToken()
    const outcome = await refreshWith(() => json(200, { ...tokens, scope: 'a', id_token }))
    expect(outcome).toEqual({
      kind: 'accepted',
      reply: {
        accessToken: 'access-secret',
        tokenType: 'Bearer',
        expiresInMs: 300_000,
        refreshToken: 'next-secret',
        scope: 'a',
        idToken: id_token,
        claims,
      },
    })
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['no refresh token', { refresh_token: undefined }],
    ['no life', { expires_in: undefined }],
    ['a life of 0', { expires_in: 0 }],
    ['a life that is written as text', { expires_in: '300' }],
    ['null for everything that is optional', { expires_in: null, scope: null, id_token: null }],
    ['null for a refresh token', { refresh_token: null }],
    ['an empty refresh token', { refresh_token: '' }],
    ['an empty id_token', { id_token: '' }],
    ['an empty scope', { scope: '' }],
    ['an empty life', { expires_in: '' }],
    [
      'an access token of all that one may hold',
      { access_token: ' !"#$%&()*+,-./:;<=>?@[]^_`{|}~' },
    ],
    ['a token type in capitals', { token_type: 'BEARER' }],
    ['members nobody knows', { ext_expires_in: {}, foo: [1] }],
  ])('is accepted with %s', async (_, members) => {
    const outcome = await refreshWith(() => json(200, { ...tokens, ...members }))
    expect(outcome.kind).toBe('accepted')
  })

  it.each([
    ['without a label', ''],
    ['labelled as a page', 'text/html'],
  ])('is accepted %s', async (_, type) => {
    const body = JSON.stringify(tokens)
    const outcome = await refreshWith(
      () => new Response(body, { headers: { 'content-type': type } }),
    )
    expect(outcome.kind).toBe('accepted')
  })

  it('with a token of the wrong type is unusable, and the error names the type', async () => {
    const outcome = await refreshWith(() => json(200, { ...tokens, token_type: 'DPoP' }))
    expect(outcome).toMatchObject({ kind: 'unusable', refreshToken: 'next-secret' })
    expect(outcome.kind === 'unusable' && outcome.error.message).toContain('token_type is DPoP')
  })

  it('is accepted under the status 201', async () => {
    expect((await refreshWith(() => json(201, tokens))).kind).toBe('accepted')
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['no access token', { access_token: undefined }],
    ['an empty access token', { access_token: '' }],
    ['no token type', { token_type: undefined }],
    ['an unknown token type', { token_type: 'mac' }],
    ['a token type that needs a key there is not', { token_type: 'DPoP' }],
    ['a line break in its access token', { access_token: 'access\r\nsecret' }],
    ['a line break after its access token', { access_token: 'access-secret\n' }],
    ['a letter beyond ASCII in its access token', { access_token: 'zugriff-schlüssel' }],
    ['NUL in its access token', { access_token: 'access\0secret' }],
    ['a list of access tokens', { access_token: ['access-secret'] }],
    ['a negative life', { expires_in: -1 }],
    ['a scope that is a list', { scope: ['a'] }],
    ['an id_token that is none', { id_token: 'opaque' }],
    ['an id_token that is a number', { id_token: 7 }],
  ])('is not usable with %s, but its refresh token is saved', async (_, members) => {
    const outcome = await refreshWith(() => json(200, { ...tokens, ...members }))
    expect(outcome).toMatchObject({
      kind: 'unusable',
      refreshToken: 'next-secret',
      error: { name: 'RefreshUnavailableError', code: 'RESPONSE_INVALID', outcome: 'unknown' },
    })
  })

  it('is not usable with a life without an end, but its refresh token is saved', async () => {
    const body = JSON.stringify({ ...tokens, expires_in: 0 }).replace(':0', ':1e400')
    expect(await refreshWith(() => new Response(body))).toMatchObject({
      kind: 'unusable',
      refreshToken: 'next-secret',
    })
  })

  it.each(['', null])('keeps the refresh token that it was asked with, for %j', async (nothing) => {
    const outcome = await refreshWith(() => json(200, { ...tokens, refresh_token: nothing }))
    expect(outcome).toMatchObject({ kind: 'accepted', reply: { accessToken: 'access-secret' } })
    expect(outcome.kind === 'accepted' && outcome.reply).not.toHaveProperty('refreshToken')
  })

  it('is accepted with any refresh token, which goes nowhere but into a form', async () => {
    const refresh_token = 'schlüssel\r\n'
    const outcome = await refreshWith(() => json(200, { ...tokens, refresh_token }))
    expect(outcome).toMatchObject({ kind: 'accepted', reply: { refreshToken: refresh_token } })
  })

  it('is accepted though it nests 6 000 deep in a member nobody knows', async () => {
    const body = JSON.stringify(tokens).replace('{', `{"nested":${nested(6_000)},`)
    expect((await refreshWith(() => new Response(body))).kind).toBe('accepted')
  })

  it.each<[string, string]>([
    ['a member that is known', '"scope":' + nested(6_000)],
    ['the claims of the id_token', `"id_token":"${jwt(`{"nested":${nested(6_000)}}`)}"`],
    [
      'the good claims of the id_token',
      `"id_token":"${jwt(JSON.stringify(claims).replace('{', `{"nested":${nested(6_000)},`))}"`,
    ],
  ])(
    'that nests 6 000 deep in %s is not usable, but its refresh token is saved',
    async (_, member) => {
      const body = JSON.stringify(tokens).replace('{', `{${member},`)
      expect(await refreshWith(() => new Response(body))).toMatchObject({
        kind: 'unusable',
        refreshToken: 'next-secret',
        error: { code: 'RESPONSE_INVALID' },
      })
    },
  )

  it.each<[string, unknown]>([
    ['no claims', {}],
    ['no audience', { ...claims, aud: undefined }],
    ['a number for an issuer', { ...claims, iss: 7 }],
    ['nothing', null],
  ])('whose id_token meets stored claims that are %s is not lost', async (_, before) => {
    const id_token = await signIdToken()
    const outcome = await refreshWith(() => json(200, { ...tokens, id_token }), {
      previous: { sub: claims.sub, claims: before as typeof claims },
    })
    expect(outcome).toMatchObject(
      before === null
        ? { kind: 'accepted' }
        : { refreshToken: 'next-secret', error: { code: 'RESPONSE_INVALID' } },
    )
  })

  it.each([undefined, null, '', 7])('has no refresh token to save in %j', async (refresh_token) => {
    const outcome = await refreshWith(() =>
      json(200, { ...tokens, token_type: 'mac', refresh_token }),
    )
    expect(outcome.kind).toBe('unusable')
    expect(outcome).not.toHaveProperty('refreshToken')
  })

  it('says what is wrong with it, without a value', async () => {
    const outcome = await refreshWith(() => json(200, { ...tokens, expires_in: -1 }))
    expect(outcome.kind === 'unusable' && outcome.error.message).toMatch(
      /expires_in must be a number of seconds/,
    )
  })
})

describe('createTokenEndpoint: an id_token', () => {
  async function refreshWithClaims(
    changes: Readonly<Record<string, unknown>>,
    previous: RefreshRequest['previous'] = request.previous,
  ): Promise<RefreshOutcome> {
    const id_token = await signIdToken(changes)
    return refreshWith(() => json(200, { ...tokens, id_token }), { previous })
  }

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['expired long ago', { exp: 1_000 }],
    ['is not valid yet', { nbf: 9_000_000_000 }],
    ['comes from the future', { iat: 9_000_000_000 }],
    ['names a time of authentication that the first one did not', { auth_time: 1 }],
    ['repeats the nonce of the sign-in', { nonce: 'n-1' }],
  ])('is accepted though it %s', async (_, changes) => {
    expect((await refreshWithClaims(changes)).kind).toBe('accepted')
  })

  it('of another authentication is not usable, and the refresh token is saved', async () => {
    const previous = { sub: claims.sub, claims: { ...claims, auth_time: 1_000 } }
    expect((await refreshWithClaims({ auth_time: 1_000 }, previous)).kind).toBe('accepted')
    expect(await refreshWithClaims({ auth_time: 2_000 }, previous)).toMatchObject({
      kind: 'unusable',
      refreshToken: 'next-secret',
    })
  })

  it('that leaves out how and when the user signed in says the same as the one before', async () => {
    const before = { ...claims, auth_time: 1_000, acr: 'gold', amr: ['pwd', 'otp'], name: 'Zoë' }
    const previous = { sub: claims.sub, claims: before }
    const { name: _, ...kept } = before
    expect(await refreshWithClaims({}, previous)).toMatchObject({ reply: { claims: kept } })
    expect(await refreshWithClaims({ acr: 'silver' }, previous)).toMatchObject({
      reply: { claims: { ...kept, acr: 'silver' } },
    })
  })

  it.each(['ES256', 'PS256', 'EdDSA'])('is accepted with an unannounced %s', async (alg) => {
    const id_token = await signIdToken({}, alg)
    const outcome = await refreshWith(() => json(200, { ...tokens, id_token }))
    expect(outcome.kind).toBe('accepted')
  })

  it('is held to the algorithms that the metadata announce', async () => {
    const server = { ...metadata, id_token_signing_alg_values_supported: ['PS256'] }
    const id_token = await signIdToken({}, 'ES256')
    const outcome = await refreshWith(() => json(200, { ...tokens, id_token }), {}, server)
    expect(outcome).toMatchObject({ kind: 'unusable', refreshToken: 'next-secret' })
  })

  it('is not usable when anybody could have made it', async () => {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    for (const id_token of [
      `${btoa('{"alg":"none"}')}.${payload}.`,
      await signIdToken({}, 'HS256'),
    ]) {
      const outcome = await refreshWith(() => json(200, { ...tokens, id_token }))
      expect(outcome).toMatchObject({ kind: 'unusable', refreshToken: 'next-secret' })
    }
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['another client', { aud: 'other' }],
    ['another nonce', { nonce: 'n-2' }],
    ['an authorized party that was not there', { azp: clientId }],
    ['no expiry', { exp: undefined }],
  ])('is not usable with %s, and the refresh token is saved', async (_, changes) => {
    expect(await refreshWithClaims(changes)).toMatchObject({
      kind: 'unusable',
      refreshToken: 'next-secret',
      error: { code: 'RESPONSE_INVALID', outcome: 'unknown' },
    })
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['another subject', { sub: 'user-2' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another subject and another client', { sub: 'user-2', aud: 'other' }],
  ])('ends the session with %s, and names the tokens to revoke', async (_, changes) => {
    expect(await refreshWithClaims(changes)).toEqual({
      kind: 'subject-changed',
      refreshToken: 'next-secret',
    })
  })

  it('ends the session with another issuer also where there was no id_token before', async () => {
    expect((await refreshWithClaims({ iss: 'https://evil.example' }, {})).kind).toBe(
      'subject-changed',
    )
    expect((await refreshWithClaims({ sub: 'user-2' }, {})).kind).toBe('accepted')
  })

  it('ends the session with another subject in a reply that is not usable for another reason', async () => {
    const id_token = await signIdToken({ sub: 'user-2' })
    const outcome = await refreshWith(() => json(200, { ...tokens, token_type: 'mac', id_token }))
    expect(outcome).toEqual({ kind: 'subject-changed', refreshToken: 'next-secret' })
  })
})

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

function jwt(payload: string): string {
  const parts = ['{"alg":"RS256"}', payload].map((part) => Buffer.from(part).toString('base64url'))
  return [...parts, 'c2lnbmF0dXJl'].join('.')
}
