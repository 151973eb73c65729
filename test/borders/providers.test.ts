import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenManager, type TokenManagerOptions } from '../../src/index.ts'
import * as providers from '../../src/providers/index.ts'
import { createProfile } from '../support/tabs.ts'
import { members, odd, runs } from './odd-values.ts'

/** Parts that mean something in an address, and some that only look as if they did. */
const pieces = fc.constantFrom(
  'https://',
  'http://',
  'HTTPS:',
  '/',
  '//',
  '\\',
  '.',
  '..',
  '%2e',
  '%2F',
  '%',
  ':',
  ':443',
  ':99999',
  '@',
  '?',
  '#',
  ' ',
  '\t',
  '\u0000',
  '\u200b',
  '\ud800',
  '\udfff',
  '\u{1f600}',
  'ä',
  'ß',
  '。',
  'localhost',
  '127.0.0.1',
  '[::1]',
  '0x7f.1',
  'sso.example.com',
  'xn--a.example.com',
  'xn--ls8h.example.com',
  'a.xn--0',
  'example-admin.okta.com',
  'api.mercadopago.com',
  '.well-known',
  '/.well-known/',
  '/.//',
  '/realms',
  '/oauth2',
  'a',
  'toString',
)
const pasted = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(''))
const address = fc.oneof(
  { weight: 3, arbitrary: pieces },
  pasted,
  pasted.map((rest) => `https://sso.example.com${rest}`),
  pasted.map((rest) => `https://sso.example.com/${rest}`),
  pasted.map((rest) => `https://${rest}`),
  pasted.map((rest) => `/${rest}`),
  fc.webUrl(),
  fc.domain(),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const tenant = '1a2b3c4d-0000-4000-8000-0123456789ab'
const objects = fc.constantFrom<unknown>(
  { toString: 1, valueOf: 1 },
  Object.create(null),
  Symbol('word'),
  () => 'word',
  10n,
  new String('production'),
  new URL('https://sso.example.com'),
  ['production'],
)

/** The arguments of each provider, each as it has to be. */
const good: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  auth0: { domain: 'example.eu.auth0.com', audience: 'https://api.example.com' },
  dailyPay: { environment: 'uat', tokenProxy: '/oauth/token' },
  entraId: { tenant },
  keycloak: { baseUrl: 'https://sso.example.com', realm: 'shop' },
  mercadoPago: { tokenProxy: '/oauth/token' },
  okta: { issuer: 'https://example.okta.com/oauth2/default' },
  wso2: { baseUrl: 'https://is.example.com:9443' },
}

function argumentsOf(named: Readonly<Record<string, string>>): fc.Arbitrary<unknown> {
  const one = fc.oneof({ weight: 4, arbitrary: address }, odd, objects, fc.constant(undefined))
  const changed = fc
    .tuple(fc.constantFrom(...Object.keys(named)), one)
    .map(([name, value]) => ({ ...named, [name]: value }))
  const strange = members({ clientSecret: ['hush'], constructor: [] })
  return fc.oneof(
    { weight: 9, arbitrary: changed },
    fc.constant(named),
    strange.map((more) => ({ ...named, ...more })),
    odd,
    objects,
  )
}

const provide: Readonly<Record<string, unknown>> = providers

describe.each(Object.entries(good))('%s, whatever its arguments', (name, named) => {
  function call(given: unknown): Pick<TokenManagerOptions, 'authorizationServer'> | undefined {
    try {
      return Reflect.apply(provide[name] as (given: unknown) => never, undefined, [given])
    } catch (error) {
      const known = Object.keys(named).join('|')
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toMatch(
        new RegExp(`^${name}: ((${known}) must |an object with |.* is not an argument$)`),
      )
      return undefined
    }
  }

  it('names what is wrong, or returns options that the manager takes', () => {
    let taken = 0
    const { navigation } = createProfile().openTab()
    fc.assert(
      fc.property(argumentsOf(named), (given) => {
        const options = call(given)
        if (!options) return
        taken += 1
        createTokenManager({ ...options, clientId: 'spa' }, { navigation }).dispose()
        const { authorizationServer } = options
        const addresses =
          typeof authorizationServer === 'string'
            ? [authorizationServer]
            : Object.values(authorizationServer)
        for (const one of addresses) expectToBeUsable(one)
      }),
      { ...runs, numRuns: 700 },
    )
    expect(taken).toBeGreaterThan(0)
  })
})

/** Https, or cleartext that stays on the machine; and nothing in it that a URL parser would change again. */
function expectToBeUsable(value: unknown): void {
  const text = String(value)
  const page = 'https://page.example'
  expect(URL.canParse(text, page), text).toBe(true)
  const { href, protocol, hostname, username, search, hash, origin } = new URL(text, page)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  expect(protocol === 'https:' || isLoopback, text).toBe(true)
  expect([username, search, hash]).toEqual(['', '', ''])
  expect([href, href.slice(0, -1), href.slice(page.length)], text).toContain(text)
  if (text.startsWith('/')) expect(origin).toBe(page)
}
