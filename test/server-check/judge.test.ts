import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenManager } from '../../src/index.ts'
import { createTestBrowser } from '../../src/testing/index.ts'
import { advise } from '../../demo/server-check/advise.ts'
import { conclude } from '../../demo/server-check/conclude.ts'
import type { Conclusions } from '../../demo/server-check/conclude.ts'
import type { Journal } from '../../demo/server-check/journal.ts'
import { judge } from '../../demo/server-check/judge.ts'
import { narrowerScope } from '../../demo/server-check/narrower-scope.ts'
import { writeOptions } from '../../demo/server-check/write-options.ts'
import { writeReport } from '../../demo/server-check/write-report.ts'
import { agesMs, checkInMemory, settings } from './check-in-memory.ts'
import { strictServer } from './stand-in.ts'

const named = {
  revocation: true,
  dpop: true,
  scopes: [],
  scope: 'openid',
  longestMs: agesMs.at(-1) ?? 0,
}

const metadata = {
  issuer: 'https://login.example.com',
  authorization_endpoint: 'https://login.example.com/authorize',
  token_endpoint: 'https://login.example.com/token',
  dpop: false,
  scopes: [],
}

const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

/** Whatever could be concluded, also what no server does. */
const anyConclusions: fc.Arbitrary<Conclusions> = fc.record({
  discovery: fc.oneof(
    maybe('good', 'hidden', 'silent', 'none', 'odd', 'pasted'),
    fc.record({ otherIssuer: fc.webUrl() }),
  ),
  endpoints: fc.dictionary(
    maybe('discovery', 'token', 'revocation', 'userinfo', 'jwks'),
    maybe('readable', 'hidden', 'silent'),
  ),
  client: maybe('public', 'wants-secret', 'unknown'),
  signIn: fc.oneof(
    maybe('refresh-token', 'refresh-token', 'no-refresh-token', 'unreadable', 'none'),
    fc.record({ refused: fc.string() }),
  ),
  rotation: maybe('always', 'sometimes', 'same', 'none', 'unknown'),
  pair: maybe('both', 'one', 'neither', 'unknown'),
  pairSession: maybe('goes-on', 'ended', 'unknown'),
  lostReply: fc.oneof(
    fc.record({ kind: maybe('unknown', 'no-rotation') }),
    fc.record({ kind: fc.constant('refused'), how: maybe('again', 'pair') }),
    fc.record({ kind: fc.constant('forgiven'), untilMs: fc.nat(99_999) }),
    fc.record({
      kind: fc.constant('forgiven'),
      untilMs: fc.nat(99_999),
      endsByMs: fc.nat(99_999),
    }),
    fc.record({
      kind: fc.constant('forgiven'),
      untilMs: fc.nat(99_999),
      unclearAtMs: fc.nat(99_999),
    }),
  ),
  child: maybe('same', 'both', 'later', 'earlier', 'none-new', 'unknown'),
  lostChildEnds: maybe(true, false, undefined),
  reuse: maybe('ends-session', 'refused-only', 'not-noticed', 'unknown'),
  accessTokens: maybe('end-too', 'live-on', 'unknown'),
  oldAccessToken: maybe('lives', 'ends', 'unknown'),
  narrowed: maybe('narrower', 'ignored', 'refused', 'unknown'),
  widened: maybe(true, false, undefined),
  deadWords: fc.array(
    fc.record(
      {
        of: maybe('made-up', 'spent', 'ended', 'revoked'),
        status: maybe(400, 401, 403, 500),
        error: maybe('invalid_grant', 'invalid_request', 'token_inactive', 'odd\nword'),
      },
      { requiredKeys: ['of', 'status'] },
    ),
    { maxLength: 4 },
  ),
  errorsReadable: maybe(true, false, undefined),
  retryAfter: maybe('readable', 'not-seen-when-busy', 'unknown'),
  nonce: maybe('readable', 'hidden', 'not-asked', 'no-dpop', 'unknown'),
  dpop: maybe('allowed', 'hidden', 'unknown'),
  revocation: maybe('works', 'no-effect', 'works-hidden', 'refused', 'unknown'),
  expiresIn: maybe(300, undefined),
  leftOver: fc.boolean(),
}) as fc.Arbitrary<Conclusions>

describe('judge', () => {
  it('has three sentences for whatever was seen, says what was not found out, and each question once', () => {
    fc.assert(
      fc.property(anyConclusions, fc.boolean(), fc.nat(200_000), (seen, revocation, longestMs) => {
        const { headline, findings } = judge(seen, { ...named, revocation, longestMs })
        expect(headline).toMatch(/\.$/)
        expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
        for (const { id, seen: said, means, todo, verdict } of findings) {
          for (const sentence of [said, means, todo]) {
            expect(sentence, id).toMatch(/\S[.)]$/)
            expect(sentence, id).not.toMatch(/undefined|null|NaN|\[object/)
          }
          if (said.startsWith('Not found out')) expect(verdict, id).toBe('not-found-out')
        }
      }),
    )
  })

  it('begins with what is worst', () => {
    const order = ['bad', 'care', 'not-found-out', 'good']
    fc.assert(
      fc.property(anyConclusions, (seen) => {
        const ranks = judge(seen, named).findings.map(({ verdict }) => order.indexOf(verdict))
        expect(ranks).toEqual(ranks.toSorted((one, other) => one - other))
      }),
    )
  })

  it('knows nothing of a journal that is empty', () => {
    expect(judge(conclude([]), named).verdict).toBe('bad')
    expect(judge(conclude([]), named).headline).toContain('cannot find its way')
  })
})

describe('the headline', () => {
  it.each([
    [{}, /^No: one lost reply/],
    [{ reuse: 'refused-only' }, /^No: a reply that is lost/],
    [{ graceMs: 3_000 }, /^For a moment only/],
    [{ graceMs: 20_000 }, /^Yes: a lost reply is forgiven/],
    [
      { graceMs: 20_000, child: 'none-new' },
      /^No: a reply that is lost can be asked for again, but/,
    ],
    [{ graceMs: 20_000, child: 'later', lostChildEnds: true }, /^With one refresh at a time, yes/],
    [{ refreshTokens: 'same' }, /^It does not rotate/],
    [{ givesRefreshToken: false }, /^There is nothing to survive/],
  ] as const)('of %o is %s', async (changes, headline) => {
    const { conclusions } = await checkInMemory({ ...strictServer, ...changes })
    expect(judge(conclusions, named).headline).toMatch(headline)
  })
})

describe('the options', () => {
  const texts = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== '')

  it('are taken by createTokenManager, and are the same when they are read as code', () => {
    fc.assert(
      fc.property(anyConclusions, texts, (seen, clientId) => {
        const parameters = 'audience=https%3A%2F%2Fapi.example.com&login-style=a%27b'
        const advice = advise(seen, { ...settings, clientId, parameters }, metadata)
        const code = writeOptions(advice)
        const [, literal = ''] = /createTokenManager\((.*)\)\n$/s.exec(code) ?? []
        // oxlint-disable-next-line typescript/no-implied-eval -- that it is code is what is tested
        const read = new Function('courier', `return ${literal}`)(() => undefined) as {
          readonly clientId: string
        }
        expect(read).toMatchObject({ clientId, authorizationParameters: { 'login-style': "a'b" } })
        const { ports } = createTestBrowser().openTab('https://app.example.com/')
        createTokenManager(read as Parameters<typeof createTokenManager>[0], ports).dispose()
      }),
      { numRuns: 60 },
    )
  })

  it('name a word of the server’s own, and no word that means something else too', () => {
    const words = (error: string): readonly string[] | undefined =>
      advise(
        { ...conclude([]), deadWords: [{ of: 'revoked', status: 400, error }] },
        settings,
        metadata,
      ).spentRefreshToken
    expect(words('token_inactive')).toEqual(['token_inactive'])
    expect(words('invalid_grant')).toBeUndefined()
    expect(words('invalid_request')).toBeUndefined()
  })

  it('have the metadata by value where a page cannot read it', async () => {
    const { conclusions, metadata: found } = await checkInMemory(strictServer)
    expect(advise(conclusions, settings, found).authorizationServer).toBe(settings.issuer)
    const hidden = { ...conclusions, discovery: 'pasted' } as const
    expect(advise(hidden, settings, found).authorizationServer).toMatchObject({
      token_endpoint: 'https://login.example.com/token',
    })
  })

  it('have the courier where a lost reply ends the session, and not where it does not', async () => {
    const adviceFor = async (changes: Partial<typeof strictServer>): Promise<boolean> => {
      const { conclusions, metadata: found } = await checkInMemory({ ...strictServer, ...changes })
      return advise(conclusions, settings, found).courier
    }
    expect(await adviceFor({})).toBe(true)
    expect(await adviceFor({ graceMs: 3_000 })).toBe(true)
    expect(await adviceFor({ graceMs: 30_000, child: 'none-new' })).toBe(true)
    expect(await adviceFor({ graceMs: 30_000 })).toBe(false)
    expect(await adviceFor({ refreshTokens: 'none' })).toBe(false)
  })
})

describe('the report', () => {
  it('says what was seen, done and asked for, and holds no token', async () => {
    const checked = await checkInMemory({ ...strictServer, revocation: 'missing' })
    const { journal, conclusions, metadata: found, secrets } = checked
    const report = writeReport({
      judged: judge(conclusions, { ...named, revocation: false }),
      open: [],
      journal,
      settings,
      metadata: found,
      pageOrigin: 'https://check.example.com',
      browser: 'a browser',
      at: 0,
    })
    expect(report).toContain('Please offer token revocation (RFC 7009)')
    expect(report).toContain('presented twice at one moment')
    expect(report).toContain("-H 'Origin: https://check.example.com'")
    expect(report).toContain('1970-01-01T00:00:00.000Z')
    expect(secrets.filter((secret) => report.includes(secret))).toEqual([])
  })
})

describe('the check of a server that is in trouble', () => {
  it('comes to an end, and says that a dead refresh token looks like an outage', async () => {
    const refusal = { status: 500, body: '' }
    const { halt, conclusions } = await checkInMemory({ ...strictServer, refusal })
    expect(halt.do).toBe('nothing')
    const words = judge(conclusions, named).findings.find(({ id }) => id === 'dead-words')
    expect(words).toMatchObject({ verdict: 'bad' })
  })

  it('comes to an end where refusals cannot be read', async () => {
    const { halt, journal } = await checkInMemory({ ...strictServer, hidesRefusals: true })
    expect(halt.do).toBe('nothing')
    expect(journal.length).toBeLessThan(60)
  })

  it.each([{ givesRefreshToken: false }, { wantsSecret: true }])(
    'stops at once: %o',
    async (changes) => {
      const { halt, signIns } = await checkInMemory({ ...strictServer, ...changes })
      expect(halt.do).toBe('nothing')
      expect(signIns).toBe(1)
    },
  )
})

describe('conclude', () => {
  it('makes something of every journal', () => {
    const answer = fc.oneof(
      fc.record({ kind: fc.constant('tokens'), refreshToken: maybe('r1', 'r2', 'r3') }),
      fc.record({ kind: fc.constant('tokens') }),
      fc.record({ kind: fc.constant('refused'), status: fc.constant(400) }),
      fc.record({ kind: maybe('busy', 'odd'), status: maybe(0, 302, 429, 500) }),
      fc.record({ kind: fc.constant('unreadable') }),
    )
    const presented = maybe('r1', 'r2', 'r3')
    const probe = maybe('ordinary', 'narrowed', 'after-pair', 'again', 'second-child', 'window')
    const entry = fc.oneof(
      fc.record({ step: fc.constant('sign-in'), scope: fc.constant('openid'), answer }),
      fc.record({ step: fc.constant('refresh'), probe, presented, answer }),
      fc.record({ step: fc.constant('pair'), presented, answers: fc.tuple(answer, answer) }),
      fc.record({ step: fc.constant('revoke'), presented, answer }),
      fc.record({ step: fc.constant('session-lost') }),
    )
    fc.assert(
      fc.property(fc.array(entry), (journal) => {
        const { findings } = judge(conclude(journal as Journal), named)
        expect(findings.every(({ seen }) => !/undefined|NaN/.test(seen))).toBe(true)
      }),
    )
  })
})

describe('narrowerScope', () => {
  it.each([
    ['openid offline_access a b', 'openid offline_access a'],
    ['openid profile', 'openid'],
    ['a b', 'a'],
    ['openid offline_access', undefined],
    ['a', undefined],
    ['', undefined],
  ])('of “%s” is %s', (scope, narrower) => {
    expect(narrowerScope(scope)).toBe(narrower)
  })
})
