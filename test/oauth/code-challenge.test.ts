import { runInNewContext } from 'node:vm'
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi'
import { afterEach, expect, it, vi } from 'vitest'
import { codeChallengeOf } from '../../src/oauth/code-challenge.ts'
import { leaveToSignIn, redirectUri } from '../support/sign-in.ts'
import { createProfile } from '../support/tabs.ts'

afterEach(() => void vi.restoreAllMocks())

/** As under jsdom, whose globals are of another realm than the cryptography of Node.js. */
function digestInAnotherRealm(): void {
  const digest = crypto.subtle.digest.bind(crypto.subtle)
  const toForeign = runInNewContext('(bytes) => Uint8Array.from(bytes).buffer') as (
    bytes: Uint8Array,
  ) => ArrayBuffer
  vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (algorithm, data) =>
    toForeign(new Uint8Array(await digest(algorithm, data))),
  )
}

it('is the one that RFC 7636 has as its example (appendix B)', async () => {
  expect(await codeChallengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

it('is what oauth4webapi computes of any verifier', async () => {
  for (let round = 0; round < 50; round += 1) {
    const verifier = generateRandomCodeVerifier()
    expect(await codeChallengeOf(verifier)).toBe(await calculatePKCECodeChallenge(verifier))
  }
})

it('is the same for a digest from another realm, and signIn() leaves with it', async () => {
  const verifier = generateRandomCodeVerifier()
  const challenge = await codeChallengeOf(verifier)
  digestInAnotherRealm()
  expect(await codeChallengeOf(verifier)).toBe(challenge)
  const left = await leaveToSignIn(createProfile().openTab({ scope: 'openid', redirectUri }))
  expect(left.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
})
