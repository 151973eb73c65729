import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeEntry } from '../../demo/server-check/write-entry.ts'
import { agesMs, checkInMemory } from './check-in-memory.ts'
import { strictServer } from './stand-in.ts'
import type { StandInOptions } from './stand-in.ts'

const longest = agesMs.at(-1) ?? 0

const anyServer: fc.Arbitrary<StandInOptions> = fc.record({
  refreshTokens: fc.constantFrom('new', 'new', 'new', 'same', 'none'),
  graceMs: fc.constantFrom(0, 0, 500, 3_000, 10_000, 30_000, 60_000, Infinity),
  child: fc.constantFrom('same', 'both', 'later', 'earlier', 'none-new'),
  lostChildEnds: fc.boolean(),
  reuse: fc.constantFrom('ends-session', 'refused-only'),
  accessTokensEndToo: fc.boolean(),
  oldAccessTokensEnd: fc.boolean(),
  narrowed: fc.constantFrom('narrower', 'ignored', 'refused'),
  revocation: fc.constantFrom('works', 'no-effect', 'refused', 'missing'),
  refusal: fc.constantFrom(
    strictServer.refusal,
    { status: 400, body: '{"error":"token_inactive"}' },
    { status: 401, body: '' },
    { status: 403, body: '<p>No</p>' },
  ),
  isOpenId: fc.boolean(),
  givesRefreshToken: fc.constant(true),
  wantsSecret: fc.constant(false),
  dpop: fc.constantFrom('none', 'plain', 'nonce'),
  hidden: fc.subarray(['/revoke', '/userinfo', '/jwks']),
  hidesRefusals: fc.constant(false),
  exposed: fc.constantFrom('', 'Retry-After', 'Retry-After, DPoP-Nonce'),
})

/** The newest access token came with a refresh token that lost, when the spent one was presented again. */
const newestOfALostSuccessor: StandInOptions = {
  ...strictServer,
  graceMs: 3_000,
  child: 'earlier',
  accessTokensEndToo: false,
  oldAccessTokensEnd: true,
}

describe('the check of a server', () => {
  it('says of any server what is true of it, or that it was not found out', async () => {
    await fc.assert(
      fc.asyncProperty(anyServer, async (server) => {
        const { conclusions, halt, signIns, journal } = await checkInMemory(server)
        const { refreshTokens, graceMs } = server
        const rotates = refreshTokens === 'new'
        const isForgiving = rotates && graceMs > 0
        // To find out which one is good ends its session.
        const isUntellable = isForgiving && server.child === 'earlier' && server.lostChildEnds
        const said = [server, conclusions]
          .map((one) => JSON.stringify(one))
          .concat(journal.map(writeEntry))
          .join('\n')

        expect(halt.do, said).toBe('nothing')
        expect(signIns, said).toBeLessThanOrEqual(4)
        if (isUntellable) return
        expect(halt.open, said).toEqual([])
        expect(signIns, said).toBeLessThanOrEqual(3)
        expect(conclusions.rotation, said).toBe(rotates ? 'always' : refreshTokens)
        expect(conclusions.pair, said).toBe(rotates && graceMs === 0 ? 'one' : 'both')
        expect(conclusions.narrowed, said).toBe(server.narrowed)

        if (!rotates) expect(conclusions.lostReply, said).toEqual({ kind: 'no-rotation' })
        else if (!isForgiving) expect(conclusions.lostReply.kind, said).toBe('refused')
        else expect(conclusions.lostReply.kind, said).toBe('forgiven')
        if (conclusions.lostReply.kind === 'forgiven') {
          const { untilMs, endsByMs } = conclusions.lostReply
          expect(untilMs, said).toBeLessThan(graceMs)
          if (graceMs > longest) expect(endsByMs, said).toBeUndefined()
          else expect(endsByMs, said).toBeGreaterThanOrEqual(graceMs)
        }

        expect(conclusions.child, said).toBe(isForgiving ? server.child : 'unknown')
        const isReplayed = rotates && graceMs <= longest
        const expected = isReplayed ? server.reuse : isForgiving ? 'not-noticed' : 'unknown'
        expect(conclusions.reuse, said).toBe(expected)

        const canTell = server.isOpenId && !server.hidden.includes('/userinfo')
        const accessTokens = server.accessTokensEndToo ? 'end-too' : 'live-on'
        if (!canTell || conclusions.reuse !== 'ends-session') {
          expect(conclusions.accessTokens, said).toBe('unknown')
        } else if (conclusions.accessTokens !== 'unknown') {
          expect(conclusions.accessTokens, said).toBe(accessTokens)
        }
        const old = server.oldAccessTokensEnd ? 'ends' : 'lives'
        expect(conclusions.oldAccessToken, said).toBe(canTell ? old : 'unknown')

        const isHidden = server.hidden.includes('/revoke')
        const revocation = { works: isHidden ? 'works-hidden' : 'works', missing: 'unknown' }
        const refused = isHidden ? 'no-effect' : 'refused'
        const expectedRevocation = { ...revocation, refused, 'no-effect': 'no-effect' }
        expect(conclusions.revocation, said).toBe(expectedRevocation[server.revocation])

        const isNonceHidden = !server.exposed.includes('DPoP-Nonce')
        const nonce = {
          none: 'no-dpop',
          plain: 'not-asked',
          nonce: isNonceHidden ? 'hidden' : 'readable',
        }
        expect(conclusions.nonce, said).toBe(nonce[server.dpop])
      }),
      { numRuns: 150, examples: [[newestOfALostSuccessor]] },
    )
  })

  it('has no value of a token in its journal', async () => {
    await fc.assert(
      fc.asyncProperty(anyServer, async (server) => {
        const { journal, secrets } = await checkInMemory(server)
        const text = JSON.stringify(journal)
        expect(secrets.length).toBeGreaterThan(2)
        expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})
