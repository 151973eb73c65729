import { describe, expect, it } from 'vitest'
import {
  checkHandedOverIdToken,
  compareIdToken,
  decodeIdToken,
  objectionTo,
} from '../../src/oauth/id-token.ts'
import { claims, clientId, issuer, metadata, signIdToken } from './server-double.ts'

describe('decodeIdToken', () => {
  it('reads what base64url spells otherwise than base64', async () => {
    const name = '?>?>?>~~~ÿÿÿ'
    const idToken = await signIdToken({ name })
    expect(idToken.split('.')[1]).toMatch(/_.*-|-.*_/)
    expect(decodeIdToken(idToken)).toMatchObject({ name })
  })

  it('reads the claims, in whatever script they are written', async () => {
    const idToken = await signIdToken({ name: 'Zoë 王小明 🦊' })
    expect(decodeIdToken(idToken)).toEqual({ ...claims, name: 'Zoë 王小明 🦊' })
  })

  it('takes a list of audiences', async () => {
    const idToken = await signIdToken({ aud: [clientId, 'https://api.example'] })
    expect(decodeIdToken(idToken)?.aud).toEqual([clientId, 'https://api.example'])
  })

  it.each([
    ['no subject', { sub: undefined }],
    ['a subject that is a number', { sub: 7 }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['audiences that are numbers', { aud: [1] }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is text', { exp: 'tomorrow' }],
    ['no time of issue', { iat: undefined }],
    [
      'a claim that nests deeper than any real one',
      { nested: JSON.parse('['.repeat(99) + ']'.repeat(99)) },
    ],
  ])('makes nothing of a token with %s', (_, changes) => {
    const payload = Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url')
    expect(decodeIdToken(`e30.${payload}.c2ln`)).toBeUndefined()
  })

  it.each(['', 'opaque', 'a.b.c', 'e30.!!!.c2ln', 'e30.bnVsbA.c2ln', 'e30.W10.c2ln', 'a.b.c.d.e'])(
    'makes nothing of %j',
    (text) => {
      expect(decodeIdToken(text)).toBeUndefined()
    },
  )
})

describe('a token of other than three parts', () => {
  it.each([(jwt: string) => jwt.replace(/\.[^.]*$/, ''), (jwt: string) => `${jwt}.a.b`])(
    'is none',
    async (change) => {
      expect(decodeIdToken(change(await signIdToken()))).toBeUndefined()
    },
  )
})

describe('objectionTo', () => {
  const object = (
    header: Readonly<Record<string, unknown>>,
    changes: Readonly<Record<string, unknown>> = {},
    algorithms?: readonly string[],
  ): string | undefined => {
    const server =
      algorithms === undefined
        ? metadata
        : { ...metadata, id_token_signing_alg_values_supported: [...algorithms] }
    return objectionTo(
      `${btoa(JSON.stringify(header))}.e30.c2ln`,
      { ...claims, ...changes },
      server,
      clientId,
    )
  }
  const signed = { alg: 'ES256', kid: '1' }

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['one audience', {}],
    ['a list of one audience', { aud: [clientId] }],
    ['further audiences and this client as its party', { aud: [clientId, 'api'], azp: clientId }],
    ['a party of its own, where there is one audience', { azp: 'other' }],
    ['a time of authentication', { auth_time: 1_000 }],
    ['times long gone', { iat: 1, exp: 2, nbf: 9_000_000_000 }],
  ])('has none to %s', (_, changes) => {
    expect(object(signed, changes)).toBeUndefined()
  })

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['another issuer', { iss: 'https://evil.example' }],
    ['an issuer with a slash more', { iss: `${issuer}/` }],
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: [] }],
    ['further audiences without a party', { aud: [clientId, 'api'], azp: undefined }],
    ['further audiences and another party', { aud: [clientId, 'api'], azp: 'api' }],
    ['a time of authentication that is text', { auth_time: '1000' }],
    ['a beginning that is text', { nbf: '1000' }],
  ])('has one to %s', (_, changes) => {
    expect(object(signed, changes)).toBe(Object.keys(changes).at(-1))
  })

  it.each(['none', 'HS256', 'HS512', undefined, 7, null])(
    'has one to the algorithm %j, with which anybody could have made it',
    (alg) => {
      expect(object({ alg })).toBe('alg')
    },
  )

  it('has one to an algorithm that the server does not announce', () => {
    expect(object(signed, {}, ['PS256'])).toBe('alg')
    expect(object(signed, {}, [])).toBe('alg')
    expect(object(signed, {}, ['PS256', 'ES256'])).toBeUndefined()
    expect(object({ alg: 'HS256' }, {}, ['HS256'])).toBeUndefined()
  })

  it('has one to an extension that has to be understood', () => {
    expect(object({ ...signed, crit: ['b64'] })).toBe('crit')
  })
})

describe('compareIdToken', () => {
  const previous = { sub: claims.sub, nonce: 'n-1', claims: { ...claims, nonce: 'n-1' } }

  it.each([
    ['the same again', {}],
    ['later times', { iat: claims.iat + 600, exp: claims.exp + 600 }],
    ['a time of authentication where there was none', { auth_time: 1 }],
    ['the nonce of the sign-in', { nonce: 'n-1' }],
    ['one audience more', { aud: [clientId, 'https://api.example'] }],
    ['an issuer with a final slash', { iss: `${issuer}/` }],
  ])('accepts %s', (_, changes) => {
    expect(compareIdToken({ ...claims, ...changes }, previous, issuer)).toBeUndefined()
  })

  it.each([
    ['another subject', { sub: 'user-2' }],
    ['another issuer', { iss: 'https://evil.example' }],
  ])('takes %s for somebody else', (_, changes) => {
    expect(compareIdToken({ ...claims, ...changes }, previous, issuer)).toBe('other-subject')
  })

  it.each([
    ['another nonce', { nonce: 'n-2' }],
    ['another audience', { aud: 'other-client' }],
    ['an authorized party where there was none', { azp: clientId }],
  ])('does not accept %s', (_, changes) => {
    expect(compareIdToken({ ...claims, ...changes }, previous, issuer)).toBe('claims')
  })

  it('misses an audience or an authorized party that was there before', () => {
    const before = { ...claims, aud: [clientId, 'https://api.example'], azp: clientId }
    expect(compareIdToken(before, { claims: before }, issuer)).toBeUndefined()
    expect(compareIdToken({ ...before, aud: clientId }, { claims: before }, issuer)).toBe('claims')
    expect(compareIdToken({ ...before, azp: 'other' }, { claims: before }, issuer)).toBe('claims')
  })

  it('does not accept another time of authentication than before, unless there is none', () => {
    const before = { claims: { ...claims, auth_time: 1_000 } }
    expect(compareIdToken({ ...claims, auth_time: 1_000 }, before, issuer)).toBeUndefined()
    expect(compareIdToken(claims, before, issuer)).toBeUndefined()
    expect(compareIdToken({ ...claims, auth_time: 2_000 }, before, issuer)).toBe('claims')
    expect(compareIdToken({ ...claims, auth_time: 0 }, before, issuer)).toBe('claims')
  })

  it('knows the nonce of a session that was handed over from its claims', () => {
    const handedOver = { sub: claims.sub, claims: { ...claims, nonce: 'n-1' } }
    expect(compareIdToken({ ...claims, nonce: 'n-2' }, handedOver, issuer)).toBe('claims')
  })

  it('has only the issuer to compare with where there was no id_token before', () => {
    expect(compareIdToken({ ...claims, azp: clientId, nonce: 'n' }, {}, issuer)).toBeUndefined()
    expect(compareIdToken({ ...claims, iss: 'https://evil.example' }, {}, issuer)).toBe(
      'other-subject',
    )
  })
})

describe('checkHandedOverIdToken', () => {
  const expected = { issuer, clientId }

  it('accepts a token of this issuer for this client', () => {
    expect(checkHandedOverIdToken(claims, expected)).toBeUndefined()
    expect(checkHandedOverIdToken({ ...claims, aud: ['api', clientId] }, expected)).toBeUndefined()
    expect(checkHandedOverIdToken({ ...claims, nonce: 'n' }, expected)).toBeUndefined()
    expect(
      checkHandedOverIdToken({ ...claims, nonce: 'n' }, { ...expected, nonce: 'n' }),
    ).toBeUndefined()
  })

  it('accepts an issuer that is configured with the slash it does not have', () => {
    expect(checkHandedOverIdToken(claims, { ...expected, issuer: `${issuer}/` })).toBeUndefined()
  })

  it('names the claim that does not fit', () => {
    expect(checkHandedOverIdToken({ ...claims, iss: 'https://evil.example' }, expected)).toBe('iss')
    expect(checkHandedOverIdToken({ ...claims, aud: 'other' }, expected)).toBe('aud')
    expect(checkHandedOverIdToken({ ...claims, aud: [] }, expected)).toBe('aud')
    expect(checkHandedOverIdToken(claims, { ...expected, nonce: 'n' })).toBe('nonce')
  })
})
