import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, RefreshUnavailableError } from '../../src/core/errors.ts'
import { dpop } from '../../src/oauth/dpop.ts'
import { parseMetadata } from '../../src/oauth/server-metadata.ts'
import {
  createCode,
  passUntil,
  plantedCode,
  redirectUri,
  server,
  signInWithClaims,
  tokens,
  type Answer,
} from './authorization-code-setup.ts'
import { failureOf } from '../support/failure.ts'
import { claims, clientId, issuer, json, page, signIdToken } from './server-double.ts'

const unavailable = { name: 'SignInError', code: 'UNAVAILABLE' }
const invalid = { name: 'SignInError', code: 'RESPONSE_INVALID' }

describe('redeem', () => {
  it('sends the code with the verifier of the challenge, and no secret', async () => {
    const { code, begin, sent } = createCode()
    const signIn = await begin()
    expect(await code.redeem(signIn.callback())).toEqual({
      reply: {
        accessToken: 'access-secret',
        tokenType: 'Bearer',
        refreshToken: 'refresh-secret',
      },
      returnTo: '/shop?item=1',
    })
    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe(`${issuer}/token`)
    expect(sent[0]?.headers.get('authorization')).toBeNull()
    const form = Object.fromEntries(sent[0]?.parameters ?? [])
    expect(form).toEqual({
      grant_type: 'authorization_code',
      client_id: clientId,
      code: plantedCode,
      redirect_uri: redirectUri,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    })
    const challenge = createHash('sha256')
      .update(form['code_verifier'] ?? '')
      .digest('base64url')
    expect(signIn.parameters.get('code_challenge')).toBe(challenge)
  })

  it('says which of the resources the token is for', async () => {
    const resource = 'https://orders.example'
    const { code, begin, sent } = createCode(undefined, {
      parameters: { resource, audience: 'orders' },
      resourceServers: [{ resource: 'https://reports.example' }],
    })
    await code.redeem((await begin()).callback())
    expect(sent[0]?.parameters.getAll('resource')).toEqual([resource])
    expect(sent[0]?.parameters.has('audience')).toBe(false)
  })

  it('gives back what the session needs later', async () => {
    const redeemed = await signInWithClaims(() => ({}), { returnTo: '/orders#2' })
    expect(redeemed).toMatchObject({
      scope: 'openid offline_access',
      nonce: expect.any(String),
      returnTo: '/orders#2',
      reply: { claims: { sub: claims.sub, nonce: redeemed?.nonce } },
    })
  })

  it('finishes two sign-ins that overlap, each with its own verifier', async () => {
    const { code, begin, sent } = createCode()
    const first = await begin({ returnTo: '/first' })
    const second = await begin({ returnTo: '/second' })
    expect((await code.redeem(second.callback()))?.returnTo).toBe('/second')
    expect((await code.redeem(first.callback()))?.returnTo).toBe('/first')
    expect(new Set(sent.map(({ parameters }) => parameters.get('code_verifier'))).size).toBe(2)
  })

  it('redeems a callback once, however often it is opened', async () => {
    const { code, begin, sent } = createCode()
    const callback = (await begin()).callback()
    const redeemed = await Promise.all([code.redeem(callback), code.redeem(callback)])
    expect(redeemed.filter(Boolean)).toHaveLength(1)
    expect(await code.redeem(callback)).toBeUndefined()
    expect(sent).toHaveLength(1)
  })

  it('does not redeem a callback again that failed', async () => {
    const { code, begin, clock } = createCode(() =>
      Promise.reject(new TypeError('Failed to fetch')),
    )
    const callback = (await begin()).callback()
    await expect(passUntil(clock, code.redeem(callback))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    expect(await code.redeem(callback)).toBeUndefined()
  })

  it('knows nothing of a sign-in that this browser has not begun', async () => {
    const { code, begin, sent } = createCode()
    const signIn = await begin()
    expect(await code.redeem(signIn.callback({ state: 'forged' }))).toBeUndefined()
    expect(await code.redeem(signIn.callback({ state: undefined }))).toBeUndefined()
    expect(sent).toEqual([])
    expect(await code.redeem(signIn.callback())).toBeDefined()
  })

  it.each<[string, Readonly<Record<string, string | undefined>>]>([
    ['another issuer', { iss: 'https://evil.example' }],
    [
      'another issuer, before its error is read',
      { iss: 'https://evil.example', error: 'access_denied' },
    ],
    ['no issuer where the server promised one', { iss: undefined }],
    ['no code', { code: undefined }],
    ['an empty code', { code: '' }],
    ['an id_token beside the code', { id_token: 'x' }],
    ['a token beside the code', { token: 'x' }],
    ['a response in the form of a JWT', { response: 'x' }],
  ])('sends nothing for a response with %s', async (_, changes) => {
    const { code, begin, sent } = createCode()
    const callback = (await begin()).callback(changes)
    await expect(code.redeem(callback)).rejects.toMatchObject(invalid)
    expect(sent).toEqual([])
  })

  it.each(['code', 'state', 'iss', 'error'])(
    'sends nothing for a response that names its %s twice',
    async (name) => {
      const { code, begin, sent } = createCode()
      const callback = (await begin()).callback(name === 'error' ? { error: 'access_denied' } : {})
      await expect(code.redeem(`${callback}&${name}=other`)).rejects.toMatchObject(invalid)
      expect(sent).toEqual([])
    },
  )

  it.each<[string, string, string]>([
    ['access_denied', 'SignInError', 'DENIED'],
    ['login_required', 'SignInError', 'INTERACTION_REQUIRED'],
    ['interaction_required', 'SignInError', 'INTERACTION_REQUIRED'],
    ['consent_required', 'SignInError', 'INTERACTION_REQUIRED'],
    ['account_selection_required', 'SignInError', 'INTERACTION_REQUIRED'],
    ['server_error', 'SignInError', 'UNAVAILABLE'],
    ['temporarily_unavailable', 'SignInError', 'UNAVAILABLE'],
    ['unauthorized_client', 'ConfigurationError', 'CLIENT_REJECTED'],
    ['invalid_scope', 'ConfigurationError', 'CLIENT_REJECTED'],
    ['invalid_request', 'ConfigurationError', 'CLIENT_REJECTED'],
    ['unsupported_response_type', 'ConfigurationError', 'CLIENT_REJECTED'],
    ['some_word_of_a_vendor', 'ConfigurationError', 'CLIENT_REJECTED'],
  ])('says of the error %s: %s %s', async (error, name, errorCode) => {
    const { code, begin, sent } = createCode()
    const error_description = 'x'.repeat(400)
    const callback = (await begin()).callback({ code: undefined, error, error_description })
    await expect(code.redeem(callback)).rejects.toMatchObject({
      name,
      code: errorCode,
      oauth: { error, error_description: 'x'.repeat(300) },
    })
    expect(sent).toEqual([])
  })

  it('says in words that a server in trouble cannot answer', async () => {
    const { code, begin } = createCode()
    const callback = (await begin()).callback({ code: undefined, error: 'server_error' })
    await expect(code.redeem(callback)).rejects.toThrow('cannot answer now (server_error)')
  })

  const refused = { name: 'ConfigurationError', code: 'CLIENT_REJECTED' }
  it.each<[string, Answer, Readonly<Record<string, unknown>>]>([
    [
      'a code that is dead',
      () => json(400, { error: 'invalid_grant', error_description: 'no such code' }),
      { ...invalid, oauth: { error: 'invalid_grant', status: 400 } },
    ],
    ['a word nobody knows', () => json(400, { error: 'invalid_request' }), invalid],
    ['a refusal without a word', () => new Response(null, { status: 400 }), invalid],
    ['a client it does not know', () => json(401, { error: 'invalid_client' }), refused],
    ['no token type', () => json(200, { access_token: 'access-secret' }), invalid],
    ['no token type, under 201', () => json(201, { access_token: 'access-secret' }), invalid],
    ['an unknown token type', () => json(200, { ...tokens, token_type: 'mac' }), invalid],
    ['a token bound to no key', () => json(200, { ...tokens, token_type: 'DPoP' }), invalid],
  ])('fails with %s', async (_, answer, expected) => {
    const { code, begin, sent } = createCode(answer)
    await expect(code.redeem((await begin()).callback())).rejects.toMatchObject(expected)
    expect(sent).toHaveLength(1)
  })

  it('does not wait for metadata that never come', async () => {
    const error = new RefreshUnavailableError('NETWORK', 'No metadata.', { outcome: 'not-sent' })
    let isDown = false
    const { code, begin, clock } = createCode(undefined, {
      metadata: () => (isDown ? Promise.reject(error) : Promise.resolve(server)),
    })
    const callback = (await begin()).callback()
    isDown = true
    await expect(passUntil(clock, code.redeem(callback))).rejects.toMatchObject(unavailable)
  })

  it('fails as metadata do that cannot be used', async () => {
    const error = new ConfigurationError('METADATA_INVALID', 'No issuer.')
    let isDown = false
    const { code, begin } = createCode(undefined, {
      metadata: () => (isDown ? Promise.reject(error) : Promise.resolve(server)),
    })
    const callback = (await begin()).callback()
    isDown = true
    await expect(code.redeem(callback)).rejects.toBe(error)
  })

  it('sends nothing to an endpoint in cleartext', async () => {
    let token_endpoint = server.token_endpoint
    const { code, begin, sent } = createCode(undefined, {
      metadata: async () => parseMetadata({ ...server, token_endpoint }, issuer),
    })
    const callback = (await begin()).callback()
    token_endpoint = 'http://as.example/token'
    await expect(code.redeem(callback)).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'INSECURE_ENDPOINT',
    })
    expect(sent).toEqual([])
  })
})

describe('redeem, when something passes by itself', () => {
  const cut: Answer = () => Promise.reject(new TypeError('Failed to fetch'))
  const failures: readonly (readonly [string, Answer, string])[] = [
    ['a server in trouble', () => page(503), 'cannot answer now'],
    ['too many requests', () => json(429, { error: 'slow_down' }), 'slow_down'],
    ['a page of somebody in between', () => page(200), 'cannot be used'],
    ['a network that is gone', cut, 'could not be reached'],
  ]

  it.each(failures)('tries again after %s, and finishes the sign-in', async (_, failing) => {
    const times: number[] = []
    const { code, begin, sent, clock } = createCode((request) => {
      times.push(clock.monotonic())
      return times.length < 4 ? failing(request) : json(200, tokens)
    })
    const startedAt = clock.now()
    const redeemed = await passUntil(clock, code.redeem((await begin()).callback()))
    expect(redeemed?.reply.accessToken).toBe('access-secret')
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map(({ parameters }) => parameters.toString())).size).toBe(1)
    expect(clock.now() - startedAt).toBeLessThan(8_000)
    expect(times).toEqual([0, 1_000, 3_000, 7_000])
  })

  it.each(failures)(
    'gives up after %s for the fourth time, as UNAVAILABLE',
    async (_, failing, words) => {
      const { code, begin, sent, clock } = createCode(failing)
      const error = await failureOf(passUntil(clock, code.redeem((await begin()).callback())))
      expect(error).toMatchObject(unavailable)
      expect(error).toHaveProperty('message', expect.stringContaining(words))
      expect(error).not.toHaveProperty('message', expect.stringContaining('kept'))
      expect(sent).toHaveLength(4)
    },
  )

  it('begins no attempt later than 30 s after the first, however long each takes', async () => {
    const { code, begin, sent, clock } = createCode(() => new Promise(() => {}))
    const callback = (await begin()).callback()
    const startedAt = clock.monotonic()
    await expect(passUntil(clock, code.redeem(callback))).rejects.toMatchObject(unavailable)
    expect(sent).toHaveLength(3)
    expect(clock.monotonic() - startedAt).toBeLessThan(40_000)
  })

  it.each([
    ['5', 2, 5_000],
    ['30', 2, 30_000],
    ['31', 1, 0],
    ['120', 1, 0],
  ])('respects a Retry-After of %s s', async (seconds, requests, ms) => {
    const times: number[] = []
    const { code, begin, clock } = createCode(() => {
      times.push(clock.monotonic())
      return times.length === 1 ? json(503, {}, { 'retry-after': seconds }) : json(200, tokens)
    })
    const work = code.redeem((await begin()).callback())
    await passUntil(
      clock,
      work.catch(() => undefined),
    )
    expect(times).toHaveLength(requests)
    if (requests === 2) expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(ms)
    else await expect(work).rejects.toMatchObject(unavailable)
  })

  it('says UNAVAILABLE when the code was spent by the attempt that was cut', async () => {
    let asked = 0
    const { code, begin, clock } = createCode((request) =>
      asked++ === 0 ? cut(request) : json(400, { error: 'invalid_grant' }),
    )
    const work = passUntil(clock, code.redeem((await begin()).callback()))
    await expect(work).rejects.toMatchObject(unavailable)
    expect(asked).toBe(2)
  })

  it('sends nothing more once nobody wants the session any more', async () => {
    const { code, begin, sent, clock } = createCode(cut)
    const nobody = new Error('nobody')
    const work = code.redeem((await begin()).callback(), () => {
      if (sent.length > 0) throw nobody
    })
    await expect(passUntil(clock, work)).rejects.toBe(nobody)
    expect(sent).toHaveLength(1)
  })

  it('leaves no timer behind when the manager is disposed of in a pause', async () => {
    const disposal = new AbortController()
    const { code, begin, sent, clock } = createCode(cut, { disposal: disposal.signal })
    const work = failureOf(code.redeem((await begin()).callback()))
    while (clock.timers().length === 0 || sent.length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    disposal.abort()
    expect(await work).toMatchObject({ name: 'DisposedError' })
    expect(clock.timers()).toEqual([])
    expect(sent).toHaveLength(1)
  })
})

describe('redeem: the id_token', () => {
  it.each(['RS256', 'ES256', 'PS256', 'EdDSA'])(
    'is accepted with an unannounced %s',
    async (alg) => {
      expect((await signInWithClaims(() => ({}), {}, alg))?.reply.claims?.sub).toBe(claims.sub)
    },
  )

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['has expired by the local clock', { iat: 1_000, exp: 1_600 }],
    ['comes from the future of the local clock', { iat: 9_000_000_000, exp: 9_000_000_600 }],
  ])('is accepted though it %s', async (_, changes) => {
    expect(await signInWithClaims(() => changes)).toBeDefined()
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['another nonce', { nonce: 'forged' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another client', { aud: 'other' }],
    ['several audiences and no authorized party', { aud: [clientId, 'other'] }],
    ['another authorized party', { aud: [clientId, 'other'], azp: 'other' }],
    ['no subject', { sub: undefined }],
    ['an end before its beginning', { exp: claims.iat - 1 }],
  ])('ends the sign-in with %s', async (_, changes) => {
    await expect(signInWithClaims(() => changes)).rejects.toMatchObject(invalid)
  })

  it('ends the sign-in when anybody could have made it', async () => {
    await expect(signInWithClaims(() => ({}), {}, 'HS256')).rejects.toMatchObject(invalid)
  })

  it('is missed when it was asked for', async () => {
    const { code, begin } = createCode(undefined, { parameters: { scope: 'openid' } })
    await expect(code.redeem((await begin()).callback())).rejects.toMatchObject(invalid)
  })

  it('has no nonce that nobody sent', async () => {
    const { code, begin } = createCode(async () =>
      json(200, { ...tokens, id_token: await signIdToken({ nonce: 'forged' }) }),
    )
    await expect(code.redeem((await begin()).callback())).rejects.toMatchObject(invalid)
  })

  it.each<[string, number, number, number, boolean]>([
    ['during the sign-in', 0, 60, 20, true],
    ['just before it, which was allowed', 300, 60, 350, true],
    ['too long before it', 300, 60, 361, false],
    ['before it, which was not allowed', 0, 60, 61, false],
    ['just before it, while the clock was set back', 300, -600, 250, true],
  ])(
    'says that the user authenticated %s',
    async (_, maxAgeSeconds, tookSeconds, agoSeconds, isAccepted) => {
      const iat = 1_000_000_000
      let nonce: string | undefined
      const { code, begin, clock } = createCode(
        async () =>
          json(200, {
            ...tokens,
            id_token: await signIdToken({ nonce, iat, auth_time: iat - agoSeconds }),
          }),
        { parameters: { scope: 'openid' } },
      )
      const signIn = await begin({ maxAgeSeconds })
      nonce = signIn.nonce
      clock.stepWallClock(tookSeconds * 1_000)
      const redeemed = code.redeem(signIn.callback())
      if (isAccepted) expect((await redeemed)?.reply.accessToken).toBe('access-secret')
      else await expect(redeemed).rejects.toMatchObject(invalid)
    },
  )

  it('says when the user authenticated, if that was asked for', async () => {
    await expect(signInWithClaims(() => ({}), { maxAgeSeconds: 60 })).rejects.toMatchObject(invalid)
  })

  it('is missed when it has to say so', async () => {
    const { code, begin } = createCode()
    const { callback } = await begin({ maxAgeSeconds: 60 })
    await expect(code.redeem(callback())).rejects.toMatchObject(invalid)
  })
})

describe('redeem with DPoP', () => {
  const bound = { ...tokens, token_type: 'DPoP' }

  it('binds the code and the tokens to a key that was made before', async () => {
    const support = dpop()
    const { code, begin, sent } = createCode(() => json(200, bound), { dpop: support })
    const signIn = await begin()
    const redeemed = await code.redeem(signIn.callback())
    expect(redeemed?.reply.tokenType).toBe('DPoP')
    expect(support.isKeyPair(redeemed?.senderKey)).toBe(true)
    expect(signIn.parameters.get('dpop_jkt')).toBe(await support.thumbprint(redeemed?.senderKey))
    expect(sent[0]?.headers.get('dpop')).toMatch(/^eyJ/)
  })

  it('sends the code again, once, when a nonce is wanted', async () => {
    const wantsNonce = (): Response =>
      json(400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': 'n-1' })
    const patient = createCode(
      ({ headers }) => (nonceOf(headers) === 'n-1' ? json(200, bound) : wantsNonce()),
      { dpop: dpop() },
    )
    expect(await patient.code.redeem((await patient.begin()).callback())).toBeDefined()
    expect(patient.sent).toHaveLength(2)

    const never = createCode(wantsNonce, { dpop: dpop() })
    await expect(never.code.redeem((await never.begin()).callback())).rejects.toMatchObject(invalid)
    expect(never.sent).toHaveLength(2)
  })

  it('does not take a token that is not bound', async () => {
    const { code, begin } = createCode(() => json(200, tokens), { dpop: dpop() })
    await expect(code.redeem((await begin()).callback())).rejects.toMatchObject(invalid)
  })

  it('sends nothing once its key is gone', async () => {
    const { code, begin, store, sent } = createCode(() => json(200, bound), { dpop: dpop() })
    const signIn = await begin()
    await store.update('sign-in', (stored) => ({
      put: (stored as object[]).map((entry) => ({ ...entry, senderKey: undefined })),
      result: undefined,
    }))
    await expect(code.redeem(signIn.callback())).rejects.toMatchObject(invalid)
    expect(sent).toEqual([])
  })
})

function nonceOf(headers: Headers): unknown {
  const [, payload = ''] = (headers.get('dpop') ?? '').split('.')
  const proof: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return typeof proof === 'object' && proof !== null && 'nonce' in proof ? proof.nonce : undefined
}
