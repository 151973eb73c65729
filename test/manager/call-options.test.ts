import { describe, expect, it } from 'vitest'
import type { TokenEndpointResponse, TokenManager } from '../../src/index.ts'
import { apiUrl, createProfile } from '../support/tabs.ts'

const response: TokenEndpointResponse = { access_token: 'another-access', token_type: 'Bearer' }
const word = 'must be a non-empty string'
const text = 'must be a string'
const flag = 'must be true or false'
const ms = 'must be a number of ms'

type Call = (auth: TokenManager, options: never) => Promise<unknown>

/** Each method that takes options: what may be wrong with them, and by which rule. */
const methods: readonly [
  name: string,
  call: Call,
  wrong: readonly [name: string, values: readonly unknown[], rule: string][],
][] = [
  [
    'getAccessToken',
    (auth, options) => auth.getAccessToken(options),
    [
      ['scope', ['', 7, null, ['orders']], word],
      ['resource', ['', 7], word],
      ['audience', ['', null], word],
      ['minValidityMs', ['60', -1, Number.NaN, Infinity], ms],
      ['rejected', [7, null], text],
      ['signal', ['abort', {}, null], 'must be an AbortSignal'],
    ],
  ],
  [
    'getAuthorizationHeaders',
    (auth, options) => auth.getAuthorizationHeaders(apiUrl, options),
    [
      ['method', ['', 7], word],
      ['rejected', [7], text],
      ['signal', [{}], 'must be an AbortSignal'],
    ],
  ],
  [
    'refresh',
    (auth, options) => auth.refresh(options),
    [['signal', [{}, true], 'must be an AbortSignal']],
  ],
  [
    'startSession',
    (auth, options) => auth.startSession(response, options),
    [
      ['scope', ['', null], word],
      ['receivedAt', ['now', Number.NaN, -1, new Date(0)], ms],
      ['nonce', ['', 7], word],
      ['ifSignedOut', ['yes', 1, null], flag],
    ],
  ],
  [
    'signIn',
    (auth, options) => auth.signIn(options),
    [
      ['returnTo', [7, null], text],
      ['scope', ['', 7], word],
      ['prompt', [7], text],
      ['loginHint', [null], text],
      ['acrValues', [['high']], text],
      ['maxAgeSeconds', [-1, 1.5, Number.NaN, Infinity, '60'], 'must be a whole number of seconds'],
      ['parameters', ['a=b', { a: 7 }], 'must be an object of strings'],
    ],
  ],
  [
    'signOut',
    (auth, options) => auth.signOut(options),
    [
      ['revoke', ['no', 0], flag],
      ['endSession', [null], flag],
    ],
  ],
]

describe.each(methods)('%s', (_, call, wrong) => {
  const rows = wrong.flatMap(([name, values, rule]) =>
    values.map((value) => [name, value, rule] as const),
  )

  it.each(rows)('refuses %s: %j, which %s, and changes nothing', async (name, value, rule) => {
    const profile = createProfile()
    const { auth, navigation } = await profile.openSignedInTab({
      redirectUri: 'https://app.example/',
    })
    const before = auth.getState()
    await expect(call(auth, { [name]: value } as never)).rejects.toEqual(
      new TypeError(`options.${name} ${rule}`),
    )
    expect(auth.getState()).toBe(before)
    expect([navigation.left, profile.sent]).toEqual([[], []])
  })

  it.each([null, 'orders', 7])('refuses %j in place of options', async (options) => {
    const { auth } = await createProfile().openSignedInTab()
    await expect(call(auth, options as never)).rejects.toEqual(
      new TypeError('options must be an object'),
    )
  })
})

it('takes what a handler or a query function is called with, and reads none of it', async () => {
  const profile = createProfile()
  const { auth } = await profile.openSignedInTab()
  await auth.getAccessToken({ queryKey: ['orders'], meta: undefined } as object)
  await auth.signOut(new Event('click') as object)
  expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
})
