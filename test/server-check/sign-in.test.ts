import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { prepareSignIn, readCallback } from '../../demo/server-check/sign-in.ts'
import { problemOf } from '../../demo/server-check/settings.ts'
import { settings } from './check-in-memory.ts'

const issuer = 'https://login.example.com'
const page = 'https://check.example.com/server-check.html'
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize?tenant=a`,
  token_endpoint: `${issuer}/token`,
  dpop: false,
  scopes: [],
}
const signIn = { state: 'a-state', verifier: 'a-verifier' }

function callback(query: string): ReturnType<typeof readCallback> {
  return readCallback(new URL(`${page}?${query}`), signIn, issuer)
}

it('asks for a code with PKCE, and the parameters of its own win', async () => {
  const parameters = 'audience=https%3A%2F%2Fapi.example.com'
  const prepared = await prepareSignIn({ ...settings, parameters }, metadata, page)
  const { searchParams } = new URL(prepared.url)
  const { state, verifier } = prepared.signIn
  expect(Object.fromEntries(searchParams)).toEqual({
    tenant: 'a',
    audience: 'https://api.example.com',
    response_type: 'code',
    client_id: 'spa',
    redirect_uri: page,
    scope: settings.scope,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  expect(prepared.url).not.toContain(verifier)
})

it('believes a callback only with the state of this tab, and with this issuer if it names one', () => {
  expect(callback('code=c&state=a-state')).toEqual({ kind: 'code', code: 'c' })
  expect(callback(`code=c&state=a-state&iss=${issuer}`)).toEqual({ kind: 'code', code: 'c' })
  expect(callback('code=c&state=a-state&iss=https://evil.example')).toEqual({ kind: 'not-ours' })
  expect(callback('error=access_denied&state=a-state')).toEqual({
    kind: 'refused',
    error: 'access_denied',
  })
  expect(readCallback(new URL(`${page}?code=c&state=a-state`), undefined, issuer)).toEqual({
    kind: 'not-ours',
  })
  fc.assert(
    fc.property(fc.string(), (state) => {
      fc.pre(state !== signIn.state)
      const query = new URLSearchParams({ code: 'c', state }).toString()
      expect(callback(query)).toEqual({ kind: 'not-ours' })
    }),
  )
  expect(callback('shelf=2')).toBeUndefined()
})

it.each([
  [{ issuer: 'login' }, 'is an address'],
  [{ issuer: 'http://login.example.com' }, 'has to be https'],
  [{ issuer: 'https://login.example.com/?a=b' }, 'neither'],
  [{ clientId: ' ' }, 'client identifier is missing'],
  [{ parameters: 'state=mine' }, '“state” is set by the check itself'],
  [{ metadata: '{' }, 'not JSON'],
])('sends nothing with %o', (changes, problem) => {
  expect(problemOf({ ...settings, ...changes })).toContain(problem)
})

it.each(['https://login.example.com/tenant', 'http://localhost:8080', 'http://127.0.0.1:1'])(
  'takes the issuer %s',
  (address) => {
    expect(problemOf({ ...settings, issuer: address })).toBeUndefined()
  },
)
