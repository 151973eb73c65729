import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createTokenManager,
  isTokenError,
  type TokenEndpointResponse,
  type TokenManager,
} from '../../src/index.ts'
import { redirectUri } from '../support/sign-in.ts'
import { apiUrl, createProfile } from '../support/tabs.ts'
import { expectReadable, members, odd, runs, tokenMembers } from './odd-values.ts'

it('whatever is given as an option, there is a manager, or a TypeError that names the option', () =>
  fc.assert(
    fc.property(
      members({
        authorizationServer: ['https://as.example', { issuer: 'https://as.example' }],
        clientId: ['spa'],
        scope: [],
        audience: [],
        resource: [],
        redirectUri: [redirectUri],
        postLogoutRedirectUri: [redirectUri],
        authorizationParameters: [],
        resourceServers: [[apiUrl], [{ url: apiUrl, scope: 7 }], [{ url: 7 }], [null]],
        storage: ['memory', { read() {}, update() {} }],
        sessionName: [],
        leewayMs: [],
        refreshAhead: ['never'],
        tokenRequestTimeoutMs: [],
        spentRefreshToken: [],
        endSession: [],
        dpop: [],
        fetch: [],
      }),
      (more) => {
        const { navigation } = createProfile().openTab()
        const options = { authorizationServer: 'https://as.example', clientId: 'spa', ...more }
        try {
          createTokenManager(options, { navigation }).dispose()
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          expect((error as Error).message).toMatch(/^options\.\w+(\[\d\])?(\.\w+)? /)
        }
      },
    ),
    runs,
  ))

/** One call of each method that takes options. */
const calls: Readonly<Record<string, (auth: TokenManager, options: never) => Promise<unknown>>> = {
  getAccessToken: (auth, options) => auth.getAccessToken(options),
  getAuthorizationHeaders: (auth, options) => auth.getAuthorizationHeaders(apiUrl, options),
  refresh: (auth, options) => auth.refresh(options),
  startSession: (auth, options) =>
    auth.startSession({ access_token: 'another-access', token_type: 'Bearer' }, options),
  // It never fulfils; that it has begun is enough.
  signIn: (auth, options) => Promise.race([auth.signIn(options), Promise.resolve()]),
  signOut: (auth, options) => auth.signOut(options),
}

const oddOptions = fc.oneof(
  members({
    scope: ['orders', 'openid'],
    resource: [apiUrl],
    audience: [],
    minValidityMs: [1_000, Number.NaN, Infinity],
    rejected: [],
    signal: [AbortSignal.abort(), new AbortController().signal],
    method: ['POST'],
    receivedAt: [0, Number.NaN, 1.5],
    nonce: [],
    ifSignedOut: [true, false],
    returnTo: ['/orders', 'https://evil.example'],
    prompt: [],
    loginHint: [],
    acrValues: [],
    maxAgeSeconds: [],
    parameters: [{ a: 'b' }, { a: 7 }],
    revoke: [true, false],
    endSession: [true, false],
  }),
  odd,
)

describe.each(Object.entries(calls))('%s, whatever its options', (_, call) => {
  it('fulfils, or rejects with an error that says why, and the session can be read', () =>
    fc.assert(
      fc.asyncProperty(oddOptions, async (options) => {
        const profile = createProfile()
        const tab = await profile.openSignedInTab({ redirectUri })
        await profile.passUntil(call(tab.auth, options as never)).catch(expectToSayWhy)
        await expectReadable(profile, tab)
      }),
      runs,
    ))
})

it('whatever session is handed over, it can be read, or is refused with an error that says why', () =>
  fc.assert(
    fc.asyncProperty(fc.oneof(tokenMembers, odd), async (given) => {
      const profile = createProfile()
      const tab = profile.openTab()
      const isObject = typeof given === 'object' && given !== null
      const response = isObject ? { ...profile.server.signIn(), ...given } : given
      await tab.auth.startSession(response as TokenEndpointResponse).catch(expectToSayWhy)
      await expectReadable(profile, tab)
    }),
    runs,
  ))

/** An error of the library, the reason of the caller's own signal, or a `TypeError` with a rule in it. */
function expectToSayWhy(error: Error): void {
  if (isTokenError(error) || error.name === 'AbortError') return
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(/ (must be|must hold|is required|is set by) ?/)
}
