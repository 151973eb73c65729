import { describe, expect, it } from 'vitest'
import { parseChallenges, readComplaint, type Complaint } from '../../src/http/challenge.ts'

describe('parseChallenges', () => {
  it.each<[string, readonly (readonly [string, Readonly<Record<string, string>>])[]]>([
    ['Bearer', [['bearer', {}]]],
    ['  BEARER  ', [['bearer', {}]]],
    ['Bearer realm="a"', [['bearer', { realm: 'a' }]]],
    ['Bearer realm=a, error=invalid_token', [['bearer', { realm: 'a', error: 'invalid_token' }]]],
    ['Bearer Error = "invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer realm="a, b", scope="x y"', [['bearer', { realm: 'a, b', scope: 'x y' }]]],
    [
      String.raw`Bearer realm="say \"hi\", \\ ok"`,
      [['bearer', { realm: String.raw`say "hi", \ ok` }]],
    ],
    ['Bearer realm=""', [['bearer', { realm: '' }]]],
    ['Bearer realm="Basic x=1, DPoP"', [['bearer', { realm: 'Basic x=1, DPoP' }]]],
    [
      'Bearer realm="a", DPoP algs="ES256"',
      [
        ['bearer', { realm: 'a' }],
        ['dpop', { algs: 'ES256' }],
      ],
    ],
    [
      'Negotiate, Bearer error="invalid_token"',
      [
        ['negotiate', {}],
        ['bearer', { error: 'invalid_token' }],
      ],
    ],
    [
      'Negotiate YIIB+/==, Basic realm="b",Bearer',
      [
        ['negotiate', {}],
        ['basic', { realm: 'b' }],
        ['bearer', {}],
      ],
    ],
    [
      ', ,Basic realm="b" ,, Bearer scope="x",,',
      [
        ['basic', { realm: 'b' }],
        ['bearer', { scope: 'x' }],
      ],
    ],
    ['Digest nonce="a=b,c", qop=auth', [['digest', { nonce: 'a=b,c', qop: 'auth' }]]],
  ])('reads %j', (header, expected) => {
    const found = parseChallenges(header).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ])
    expect(found).toEqual(expected)
  })

  it.each([
    '',
    ' , ',
    '"Bearer"',
    'realm="a"',
    'Bearer realm="a',
    'Bearer realm="a" error="invalid_token"',
    'Bearer realm="a", "stray"',
    'garbage===',
    'Bearer realm=ä',
    'Bearer error=invalid token=',
  ])('finds no challenge in %j', (header) => {
    expect(parseChallenges(header)).toEqual([])
  })

  it('takes no longer than it has to, whatever it is given', () => {
    const startedAt = performance.now()
    for (const long of [',', ' ', 'a', '=', '"', '\\', 'a=', 'a=b,', 'Bearer ', 'Bearer a="\\']) {
      parseChallenges(long.repeat(20_000 / long.length))
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

describe('readComplaint', () => {
  const token: Complaint = { about: 'token' }

  it.each<[string, string | null]>([
    ['nothing that can be seen', null],
    ['an empty challenge', ''],
    ['a challenge nobody can parse', 'Bearer realm="a'],
    ['no error', 'Bearer realm="api"'],
    ['invalid_token', 'Bearer error="invalid_token", error_description="expired"'],
    ['invalid_token for DPoP', 'DPoP error="invalid_token", algs="ES256"'],
    ['no error for either scheme', 'Bearer, DPoP algs="ES256"'],
    ['invalid_token for one scheme', 'Bearer error="invalid_token", DPoP algs="ES256"'],
    ['another scheme beside', 'Basic realm="api", Bearer'],
    ['invalid_token beside another error', 'Bearer error="x", DPoP error="invalid_token"'],
  ])('is about the token with %s', (_, header) => {
    expect(readComplaint(header)).toEqual(token)
  })

  it.each([
    'DPoP error="use_dpop_nonce"',
    'DPoP error=use_dpop_nonce, algs="ES256"',
    'Bearer realm="a", DPoP error="use_dpop_nonce"',
  ])('is about a nonce with %s', (header) => {
    expect(readComplaint(header)).toEqual({ about: 'nonce' })
  })

  it.each<[string, Complaint]>([
    ['Basic realm="api"', { about: 'other' }],
    ['Negotiate', { about: 'other' }],
    ['Basic error="invalid_token"', { about: 'other' }],
    ['Bearer error="invalid_request"', { about: 'other', error: 'invalid_request' }],
    [
      'Bearer error="insufficient_scope", scope="a b"',
      { about: 'other', error: 'insufficient_scope', scope: 'a b' },
    ],
    [
      'Bearer error="insufficient_scope", scope="a", DPoP algs="ES256"',
      { about: 'other', error: 'insufficient_scope', scope: 'a' },
    ],
    [
      'Bearer realm="api", DPoP error="insufficient_scope", scope="a"',
      { about: 'other', error: 'insufficient_scope', scope: 'a' },
    ],
    [
      'Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age=5',
      {
        about: 'other',
        error: 'insufficient_user_authentication',
        acrValues: 'gold silver',
        maxAgeSeconds: 5,
      },
    ],
    [
      'Bearer error="insufficient_user_authentication", max_age="0"',
      { about: 'other', error: 'insufficient_user_authentication', maxAgeSeconds: 0 },
    ],
    [
      'Bearer error="insufficient_user_authentication", max_age="soon"',
      { about: 'other', error: 'insufficient_user_authentication' },
    ],
    [
      'Bearer error="insufficient_user_authentication", max_age="abc5"',
      { about: 'other', error: 'insufficient_user_authentication' },
    ],
    [
      'Bearer error="insufficient_user_authentication", max_age="5abc"',
      { about: 'other', error: 'insufficient_user_authentication' },
    ],
  ])('is about something else with %s', (header, complaint) => {
    expect(readComplaint(header)).toEqual(complaint)
  })
})
