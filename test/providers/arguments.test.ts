import { describe, expect, it } from 'vitest'
import { createTokenManager, type TokenManagerOptions } from '../../src/index.ts'
import {
  auth0,
  dailyPay,
  entraId,
  keycloak,
  mercadoPago,
  okta,
  wso2,
} from '../../src/providers/index.ts'

const tenant = '1a2b3c4d-0000-4000-8000-0123456789ab'

const all: readonly (readonly [
  name: string,
  options: Pick<TokenManagerOptions, 'authorizationServer'>,
])[] = [
  ['auth0', auth0({ domain: 'example.eu.auth0.com', audience: 'https://api.example' })],
  ['auth0 without an audience', auth0({ domain: 'example.eu.auth0.com', audience: undefined })],
  ['wso2', wso2({ baseUrl: 'https://is.example:9443' })],
  ['dailyPay', dailyPay({ environment: 'production' })],
  ['dailyPay with a proxy', dailyPay({ environment: 'uat', tokenProxy: '/token' })],
  ['mercadoPago', mercadoPago({ tokenProxy: '/oauth/token' })],
  ['keycloak', keycloak({ baseUrl: 'https://sso.example', realm: 'shop' })],
  ['okta', okta({ issuer: 'https://example.okta.com/oauth2/default' })],
  ['entraId', entraId({ tenant })],
]

describe('every provider', () => {
  it.each(all)('%s returns options that the manager takes, with clientId alone', (_, options) => {
    expect(() => createTokenManager({ ...options, clientId: 'spa' })).not.toThrow()
  })

  it.each(all)('%s returns nothing but data', (_, options) => {
    expect(JSON.parse(JSON.stringify(options))).toEqual(options)
  })

  it.each([
    ['tokenProxy', () => dailyPay({ environment: 'uat' })],
    ['audience', () => auth0({ domain: 'example.eu.auth0.com' })],
  ])('reads no %s that somebody has put on Object.prototype', (name, provide) => {
    const usual = provide()
    const pollution = Object.prototype as unknown as Record<string, unknown>
    pollution[name] = 'https://evil.example/token'
    try {
      expect(provide()).toEqual(usual)
    } finally {
      delete pollution[name]
    }
  })

  it('takes a class of the app with getters', () => {
    class Tenant {
      get domain(): string {
        return 'example.eu.auth0.com'
      }
    }
    expect(auth0(new Tenant()).authorizationServer).toBe('https://example.eu.auth0.com/')
  })

  const functions = { auth0, wso2, dailyPay, mercadoPago, keycloak, okta, entraId }

  it.each(Object.entries(functions))(
    '%s refuses an argument that nobody reads',
    (name, provide) => {
      const strange = (): unknown => Reflect.apply(provide, undefined, [{ clientSecret: 'hush' }])
      expect(strange).toThrow(new TypeError(`${name}: clientSecret is not an argument`))
      expect(() => Reflect.apply(provide, undefined, [])).toThrow(TypeError)
      expect(() => Reflect.apply(provide, undefined, [{}])).toThrow(TypeError)
    },
  )
})

describe('an address', () => {
  it.each([
    ['https://sso.example/', 'https://sso.example/realms/shop'],
    ['https://sso.example//', 'https://sso.example/realms/shop'],
    ['https://SSO.example:443/auth/', 'https://sso.example/auth/realms/shop'],
    ['http://localhost:8080', 'http://localhost:8080/realms/shop'],
  ])('%s is normalised', (baseUrl, issuer) => {
    expect(keycloak({ baseUrl, realm: 'shop' }).authorizationServer).toBe(issuer)
  })

  it.each([
    ['sso.example', 'must be an absolute https URL, without white space'],
    ['', 'must be an absolute https URL, without white space'],
    [' https://sso.example', 'must be an absolute https URL, without white space'],
    ['https://sso.exa\nmple', 'must be an absolute https URL, without white space'],
    ['https:\\\\sso.example', 'must be an absolute https URL, without white space'],
    ['http://sso.example', 'must be https (http only on loopback)'],
    ['javascript:alert(1)', 'must be https (http only on loopback)'],
    ['https://user:hush@sso.example', 'must not hold credentials, a query or a fragment'],
    ['https://sso.example?', 'must not hold credentials, a query or a fragment'],
    ['https://sso.example/#a', 'must not hold credentials, a query or a fragment'],
    ['https://sso.exam\ud800ple', 'must be an absolute https URL, without white space'],
    ['https://sso.example/realms/shop', 'must not hold /realms, which is added'],
    ['https://sso.example/.well-known', 'must not hold /.well-known, which is added'],
  ])('%j is refused', (baseUrl, rule) => {
    const wanted = new TypeError(`keycloak: baseUrl ${rule}`)
    expect(() => keycloak({ baseUrl, realm: 'shop' })).toThrow(wanted)
  })

  it('holds nothing that a provider adds by itself', () => {
    const withPath = { baseUrl: 'https://is.example:9443/oauth2/token' }
    expect(() => wso2(withPath)).toThrow('wso2: baseUrl must not hold /oauth2, which is added')
    const document = { issuer: 'https://example.okta.com/.well-known/openid-configuration' }
    expect(() => okta(document)).toThrow('okta: issuer must not hold /.well-known')
    const wellKnown = { baseUrl: 'https://is.example:9443/.well-known/' }
    expect(() => wso2(wellKnown)).toThrow('wso2: baseUrl must not hold /.well-known')
  })

  it('of the tenant of a WSO2 server keeps its path', () => {
    const { authorizationServer } = wso2({ baseUrl: 'https://api.asgardeo.io/t/example/' })
    expect(authorizationServer).toBe('https://api.asgardeo.io/t/example/oauth2/token')
  })

  it.each([
    ['https://example.okta.com', 'https://example.okta.com'],
    ['https://example.okta.com/oauth2/aus1/', 'https://example.okta.com/oauth2/aus1'],
  ])('%s is an issuer of Okta', (issuer, wanted) => {
    expect(okta({ issuer }).authorizationServer).toBe(wanted)
  })

  it.each(['https://example-admin.okta.com', 'https://example-admin.oktapreview.com/'])(
    '%s is the console, and no issuer of Okta',
    (issuer) => {
      expect(() => okta({ issuer })).toThrow("okta: issuer must not be the admin console's address")
    },
  )
})

/** A name of so many letters, in labels of at most 63. */
function hostOf(length: number): string {
  return 'a.'.repeat((length - 9) >> 1) + (length % 2 === 0 ? 'b' : '') + 'auth0.com'
}

describe('a domain', () => {
  it('may have 253 letters', () => {
    const domain = hostOf(253)
    expect(domain).toHaveLength(253)
    expect(auth0({ domain })).toMatchObject({ authorizationServer: `https://${domain}/` })
  })

  it('is written in lower case, with the slash that Auth0 puts after it', () => {
    expect(auth0({ domain: 'Example.EU.auth0.com' })).toEqual({
      authorizationServer: 'https://example.eu.auth0.com/',
      scope: 'openid offline_access',
      endSession: { url: 'https://example.eu.auth0.com/v2/logout', returnToParameter: 'returnTo' },
    })
  })

  it.each([
    'https://example.auth0.com',
    'example.auth0.com/',
    'example.auth0.com:443',
    'user@example.auth0.com',
    'example.auth0.com?a',
    'example.auth0.com ',
    'exa\tmple.auth0.com',
    '-example.auth0.com',
    'example..com',
    'example',
    '127.0.0.1',
    `${'a'.repeat(64)}.auth0.com`,
    'xn--a.example.com',
    '',
    hostOf(254),
    // Which a pattern would read as text.
    ['example.auth0.com'] as unknown as string,
  ])('%j is refused', (domain) => {
    expect(() => auth0({ domain })).toThrow(/^auth0: domain must be a host name/)
  })

  it('comes with an audience that is not empty', () => {
    const empty = { domain: 'example.auth0.com', audience: '' }
    expect(() => auth0(empty)).toThrow('auth0: audience must be a non-empty string')
  })
})

describe('a realm', () => {
  it('is encoded', () => {
    const { authorizationServer } = keycloak({ baseUrl: 'https://sso.example', realm: 'läden' })
    expect(authorizationServer).toBe('https://sso.example/realms/l%C3%A4den')
  })

  it.each(['', 'a/b', '..', 'a b', 'a?b', 'a#b', 'a%2fb', 'a\\b', '\ud800'])(
    '%j is refused',
    (realm) => {
      const call = (): unknown => keycloak({ baseUrl: 'https://sso.example', realm })
      expect(call).toThrow(/^keycloak: realm must be a name/)
    },
  )
})

describe('a tenant', () => {
  it('is an ID', () => {
    const { authorizationServer } = entraId({ tenant: tenant.toUpperCase() })
    expect(authorizationServer).toBe(`https://login.microsoftonline.com/${tenant}/v2.0`)
  })

  it.each(['common', 'organizations', 'consumers'])('is not %s, which is no issuer', (alias) => {
    expect(() => entraId({ tenant: alias })).toThrow(
      `entraId: tenant must not be '${alias}': the issuer in its tokens would not match`,
    )
  })

  it.each(['contoso.onmicrosoft.com', `${tenant}/x`, `{${tenant}}`, ` ${tenant}`, ''])(
    'is not %j',
    (name) => {
      expect(() => entraId({ tenant: name })).toThrow('entraId: tenant must be the directory')
    },
  )
})

describe('a token proxy', () => {
  it.each([
    ['/oauth/token', '/oauth/token'],
    ['/a/../token', '/token'],
    ['https://proxy.example/token/', 'https://proxy.example/token/'],
    ['http://localhost:8787/token', 'http://localhost:8787/token'],
  ])('may be %s', (tokenProxy, endpoint) => {
    const { authorizationServer } = mercadoPago({ tokenProxy })
    expect(authorizationServer.token_endpoint).toBe(endpoint)
  })

  it.each([
    'oauth/token',
    '//proxy.example/token',
    '/.//proxy.example/token',
    '/token?secret=hush',
    '/to ken',
    'http://proxy.example/token',
    'https://api.mercadopago.com/oauth/token',
    'https://API.mercadopago.com.ar/oauth/token',
    '',
  ])('is not %j', (tokenProxy) => {
    expect(() => mercadoPago({ tokenProxy })).toThrow(/^mercadoPago: tokenProxy must /)
  })

  it('of a client of DailyPay takes the place of the endpoints that want the secret', () => {
    const { authorizationServer } = dailyPay({ environment: 'uat', tokenProxy: '/token' })
    expect(authorizationServer).toEqual({
      issuer: 'https://auth.uat.dailypay.com',
      authorization_endpoint: 'https://auth.uat.dailypay.com/oauth2/auth',
      end_session_endpoint: 'https://auth.uat.dailypay.com/oauth2/sessions/logout',
      token_endpoint: '/token',
    })
    const wrong = (): unknown => dailyPay({ environment: 'uat', tokenProxy: '/to ken' })
    expect(wrong).toThrow(/^dailyPay: tokenProxy must /)
  })
})

it.each(['prod', 'UAT', '', 'toString', Object.create(null)])(
  'DailyPay has no environment %j',
  (environment) => {
    const call = (): unknown => Reflect.apply(dailyPay, undefined, [{ environment }])
    expect(call).toThrow("dailyPay: environment must be 'production' or 'uat'")
  },
)
