import * as fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { isTokenError } from '../../src/index.ts'
import { failureOf } from '../support/failure.ts'
import { callbackOf, leaveToSignIn, redirectUri } from '../support/sign-in.ts'
import { apiUrl, createProfile } from '../support/tabs.ts'
import {
  answerNext,
  anyAnswer,
  expectReadable,
  members,
  odd,
  runs,
  toResponse,
} from './odd-values.ts'
import { patience } from '../support/patience.ts'

it('whatever a refresh is answered with, the session can be read afterwards', () =>
  fc.assert(
    fc.asyncProperty(anyAnswer, async (answer) => {
      const profile = createProfile()
      const tab = await profile.openSignedInTab()
      answerNext(profile, answer)
      await failureOf(profile.passUntil(tab.auth.refresh()))
      await expectReadable(profile, tab)
      expect(tab.auth.getState()).not.toMatchObject({ reason: 'storage-cleared' })
    }),
    runs,
  ))

it('whatever a code is answered with, the sign-in ends with a session that can be read or an error', () =>
  fc.assert(
    fc.asyncProperty(anyAnswer, async (answer) => {
      const profile = createProfile()
      const tab = profile.openTab({ redirectUri })
      const left = await leaveToSignIn(tab)
      answerNext(profile, answer)
      const failure = await failureOf(profile.passUntil(tab.auth.handleRedirect(callbackOf(left))))
      expect(tab.auth.getState().status).toBe(failure ? 'signed-out' : 'signed-in')
      await expectReadable(profile, tab)
    }),
    runs,
  ))

const callbackParameters = members({
  code: ['code-secret-1'],
  error: ['access_denied', 'login_required', 'server_error'],
  error_description: [],
  iss: ['https://as.example'],
  id_token: [],
}).map((parameters) => {
  const entries = Object.entries(parameters)
  const written = (value: unknown): string =>
    typeof value === 'string' ? value : JSON.stringify(value)
  return Object.fromEntries(entries.map(([name, value]) => [name, written(value)]))
})

it('whatever a callback holds, the sign-in ends with a session that can be read or an error', () =>
  fc.assert(
    fc.asyncProperty(callbackParameters, async (parameters) => {
      const profile = createProfile()
      const tab = profile.openTab({ redirectUri })
      const left = await leaveToSignIn(tab)
      await failureOf(profile.passUntil(tab.auth.handleRedirect(callbackOf(left, parameters))))
      await expectReadable(profile, tab)
    }),
    runs,
  ))

const metadataMembers = members({
  issuer: ['https://as.example/'],
  authorization_endpoint: ['/authorize', 'http://as.example/authorize'],
  token_endpoint: [],
  revocation_endpoint: [],
  end_session_endpoint: [],
  authorization_response_iss_parameter_supported: [true, false],
  dpop_signing_alg_values_supported: [],
  code_challenge_methods_supported: [['S256'], ['plain']],
})

it('whatever metadata a server has, a sign-in leaves for it or fails with an error', () =>
  fc.assert(
    fc.asyncProperty(fc.oneof(metadataMembers, odd), async (given) => {
      const profile = createProfile()
      const isObject = typeof given === 'object' && given !== null && !Array.isArray(given)
      const document = isObject ? { ...profile.server.metadata, ...given } : given
      const tab = profile.openTab({
        authorizationServer: profile.server.issuer,
        redirectUri,
        async fetch(input, init) {
          const isDiscovery = addressOf(input).includes('/.well-known/')
          return isDiscovery ? Response.json(document) : profile.fetch(input, init)
        },
      })
      let error: unknown
      tab.auth.signIn().catch((reason: unknown) => (error = reason))
      await vi.waitUntil(() => tab.navigation.left.length > 0 || error, patience)
      if (error) expect(error).toSatisfy(isTokenError)
    }),
    runs,
  ))

it('whatever a revocation is answered with, the sign-out is through', () =>
  fc.assert(
    fc.asyncProperty(anyAnswer, async (answer) => {
      const profile = createProfile()
      const tab = await profile.openSignedInTab({
        async fetch(input, init) {
          const isRevocation = addressOf(input).endsWith('/revoke') && !('changes' in answer)
          return isRevocation ? toResponse(answer) : profile.fetch(input, init)
        },
      })
      await profile.passUntil(tab.auth.signOut())
      expect(tab.auth.getState()).toEqual({ status: 'signed-out', reason: 'signed-out' })
      await expectReadable(profile, tab)
    }),
    runs,
  ))

const pieces = ['Bearer', 'DPoP', 'Basic', ' ', ',', '=', '"', '\\', 'error', 'scope', 'max_age']
const values = ['invalid_token', 'insufficient_scope', 'use_dpop_nonce', 'realm', 'acr_values']
const challenge = fc.oneof(
  fc.array(fc.constantFrom(...pieces, ...values)).map((words) => words.join('')),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((c) => String.fromCharCode(c)) }),
)

it('whatever challenge an API answers with, the app gets it, after two sends and one grant at most', () =>
  fc.assert(
    fc.asyncProperty(challenge, async (words) => {
      const profile = createProfile()
      let sends = 0
      const { auth } = await profile.openSignedInTab({
        async fetch(input, init) {
          if (!addressOf(input).startsWith(apiUrl)) return profile.fetch(input, init)
          sends += 1
          return new Response('no', { status: 401, headers: { 'www-authenticate': words } })
        },
      })
      expect((await auth.fetch(`${apiUrl}orders`)).status).toBe(401)
      expect(sends).toBeLessThanOrEqual(2)
      expect(profile.server.counts.grants).toBeLessThanOrEqual(1)
    }),
    runs,
  ))

function addressOf(input: RequestInfo | URL): string {
  return input instanceof Request ? input.url : input.toString()
}
