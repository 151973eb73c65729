import { describe, expect, it } from 'vitest'
import { parseSessionRecord } from '../../../src/core/record/parse-session-record.ts'

const failure = {
  kind: 'transient',
  code: 'NETWORK',
  attempt: 1,
  failedAt: 1,
  until: 2,
  since: 1,
  oauth: { error: 'e', error_description: 'd', error_uri: 'u', status: 400 },
  hint: 'h',
}

/** Everything that a record can hold, as it should be. */
const whole = {
  schema: 1,
  revision: 1,
  epoch: 1,
  generation: 1,
  unknown: 0,
  refusals: 0,
  endedBy: 'signed-out',
  endedWith: { error: 'e' },
  signedOutEpoch: 1,
  refusedSince: 1,
  lease: { tab: 't', takenAt: 1, until: 2, underLock: true },
  failure,
  session: {
    startedAt: 1,
    refreshToken: 'r',
    refreshTokenExpiresAt: 2,
    scope: 's',
    sub: 'u',
    nonce: 'n',
    idToken: 'i',
    id: 'x',
    senderNonce: 'm',
    keepsScope: true,
    refused: { other: failure },
    tokens: {
      default: {
        accessToken: 'a',
        tokenType: 'Bearer',
        generation: 1,
        receivedAt: 1,
        scope: 's',
        expiresAt: 2,
        mintedFor: [{ resourceServer: 'https://api.example/', at: 1 }],
      },
    },
  },
}

type Members = Readonly<Record<string, unknown>>

/** The paths to every member, by names and positions. */
function pathsIn(value: unknown, before: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...before, name]
    return [path, ...pathsIn(member, path)]
  })
}

function changed(value: unknown, path: readonly string[], to: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return to
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Members) }
  const members = copy as Record<string, unknown>
  members[name] = changed(members[name], rest, to)
  return copy
}

/** What the members of a record are not: texts are no numbers, and the other way round. */
function wrongTypesFor(value: unknown): unknown[] {
  if (typeof value === 'string') return [7, true, null]
  if (typeof value === 'number') return ['7', NaN, null]
  if (typeof value === 'boolean') return ['yes', 1, null]
  return ['text', 7, null]
}

const required = new Set([
  'schema',
  'revision',
  'epoch',
  'generation',
  'unknown',
  'refusals',
  'startedAt',
  'tokens',
  'accessToken',
  'tokenType',
  'receivedAt',
  'tab',
  'takenAt',
  'until',
  'underLock',
  'kind',
  'code',
  'attempt',
  'failedAt',
  'error',
  'resourceServer',
  'at',
])

const at = (path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Members)[name], whole)

describe('a stored record', () => {
  const paths = pathsIn(whole)

  it('that is as it should be is taken as it is', () => {
    expect(parseSessionRecord(whole)).toEqual(whole)
  })

  it.each(paths.map((path) => [path.join('.'), path] as const))(
    'with a wrong type in %s is corrupt as a whole',
    (_, path) => {
      for (const wrong of wrongTypesFor(at(path))) {
        expect(parseSessionRecord(changed(whole, path, wrong))).toBe('corrupt')
      }
    },
  )

  it.each(
    paths
      .filter((path) => !/^(?:\d+|default|other)$/.test(path.at(-1) ?? ''))
      .map((path) => [path.join('.'), path] as const),
  )('without %s is corrupt if that is needed, and whole if not', (_, path) => {
    const without = changed(whole, path, undefined)
    expect(parseSessionRecord(without) === 'corrupt').toBe(required.has(path.at(-1) ?? ''))
  })

  it.each([
    ['a count that is negative', ['epoch'], -1],
    ['a count with a fraction', ['generation'], 1.5],
    ['an instant that is endless', ['refusedSince'], Infinity],
    ['an empty refresh token', ['session', 'refreshToken'], ''],
    ['an empty access token', ['session', 'tokens', 'default', 'accessToken'], ''],
    ['a kind of token that nobody knows', ['session', 'tokens', 'default', 'tokenType'], 'MAC'],
    ['a kind of failure that nobody knows', ['failure', 'kind'], 'odd'],
    ['marks of 401s that are no list', ['session', 'tokens', 'default', 'mintedFor'], {}],
    ['an older schema', ['schema'], 0],
  ])('with %s is corrupt', (_, path, value) => {
    expect(parseSessionRecord(changed(whole, path, value))).toBe('corrupt')
  })

  it.each(['DPoP', 'Bearer'])('may hold a token of the type %s', (tokenType) => {
    const path = ['session', 'tokens', 'default', 'tokenType']
    expect(parseSessionRecord(changed(whole, path, tokenType))).toMatchObject({ epoch: 1 })
  })

  it.each(['transient', 'refused', 'configuration'])('may hold a failure that is %s', (kind) => {
    expect(parseSessionRecord(changed(whole, ['failure', 'kind'], kind))).toMatchObject({
      epoch: 1,
    })
  })

  it('of a later schema is newer, whatever else it holds', () => {
    expect(parseSessionRecord({ schema: 2 })).toBe('newer')
    expect(parseSessionRecord({ ...whole, schema: '2' })).toBe('corrupt')
  })

  it('that is none is absent, and corrupt if it is no object', () => {
    expect(parseSessionRecord(undefined)).toBe('absent')
    for (const odd of [null, 'text', 7, []]) expect(parseSessionRecord(odd)).toBe('corrupt')
  })
})
