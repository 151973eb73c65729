import { describe, expect, it } from 'vitest'
import type { TokenManagerOptions } from '../../src/index.ts'
import {
  auth0,
  dailyPay,
  entraId,
  keycloak,
  mercadoPago,
  okta,
  wso2,
} from '../../src/providers/index.ts'
import { failureOf, named } from '../support/failure.ts'
import { idToken } from '../support/id-token.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { createVendor, discoverable, type Vendor } from './vendor.ts'

const tenant = '1a2b3c4d-0000-4000-8000-0123456789ab'
const postLogoutRedirectUri = 'https://app.example/goodbye'

interface Case {
  readonly vendor: string
  readonly provided: Partial<TokenManagerOptions>
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  /** Where the metadata are; absent: they are given by value. */
  readonly discovery?: string
  /** What the sign-in asks for besides what every sign-in does. */
  readonly asks: Readonly<Record<string, string>>
  /** Where the sign-out goes, without what is in its query; absent: nowhere. */
  readonly endSession?: string
  /** The query of that; the id_token stands as `(id_token)`. */
  readonly endSessionQuery?: Readonly<Record<string, string>>
}

/** What OpenID Connect's own sign-out sends. */
const openIdQuery = {
  client_id: 'spa',
  post_logout_redirect_uri: postLogoutRedirectUri,
  id_token_hint: '(id_token)',
}

const entra = `https://login.microsoftonline.com/${tenant}`
const cases: readonly Case[] = [
  {
    vendor: 'Auth0',
    provided: auth0({ domain: 'example.eu.auth0.com', audience: 'https://api.example' }),
    issuer: 'https://example.eu.auth0.com/',
    authorizationEndpoint: 'https://example.eu.auth0.com/authorize',
    tokenEndpoint: 'https://example.eu.auth0.com/oauth/token',
    discovery: 'https://example.eu.auth0.com/.well-known/openid-configuration',
    asks: { scope: 'openid offline_access', audience: 'https://api.example' },
    endSession: 'https://example.eu.auth0.com/v2/logout',
    endSessionQuery: { client_id: 'spa', returnTo: postLogoutRedirectUri },
  },
  {
    vendor: 'WSO2',
    provided: wso2({ baseUrl: 'https://is.example:9443/' }),
    issuer: 'https://is.example:9443/oauth2/token',
    authorizationEndpoint: 'https://is.example:9443/oauth2/authorize',
    tokenEndpoint: 'https://is.example:9443/oauth2/token',
    discovery: 'https://is.example:9443/oauth2/token/.well-known/openid-configuration',
    asks: { scope: 'openid' },
    endSession: 'https://is.example:9443/oidc/logout',
    endSessionQuery: openIdQuery,
  },
  {
    vendor: 'DailyPay',
    provided: dailyPay({ environment: 'production' }),
    issuer: 'https://auth.dailypay.com',
    authorizationEndpoint: 'https://auth.dailypay.com/oauth2/auth',
    tokenEndpoint: 'https://auth.dailypay.com/oauth2/token',
    asks: { scope: 'offline_access' },
    endSession: 'https://auth.dailypay.com/oauth2/sessions/logout',
    endSessionQuery: { client_id: 'spa', post_logout_redirect_uri: postLogoutRedirectUri },
  },
  {
    vendor: 'DailyPay UAT',
    provided: dailyPay({ environment: 'uat' }),
    issuer: 'https://auth.uat.dailypay.com',
    authorizationEndpoint: 'https://auth.uat.dailypay.com/oauth2/auth',
    tokenEndpoint: 'https://auth.uat.dailypay.com/oauth2/token',
    asks: { scope: 'offline_access' },
    endSession: 'https://auth.uat.dailypay.com/oauth2/sessions/logout',
    endSessionQuery: { client_id: 'spa', post_logout_redirect_uri: postLogoutRedirectUri },
  },
  {
    vendor: 'Mercado Pago',
    provided: mercadoPago({ tokenProxy: '/oauth/token' }),
    issuer: 'https://api.mercadopago.com',
    authorizationEndpoint: 'https://auth.mercadopago.com/authorization',
    tokenEndpoint: 'https://app.example/oauth/token',
    asks: { scope: 'offline_access read write', platform_id: 'mp' },
  },
  {
    vendor: 'Keycloak',
    provided: keycloak({ baseUrl: 'https://sso.example/auth', realm: 'shop' }),
    issuer: 'https://sso.example/auth/realms/shop',
    authorizationEndpoint: 'https://sso.example/auth/realms/shop/protocol/openid-connect/auth',
    tokenEndpoint: 'https://sso.example/auth/realms/shop/protocol/openid-connect/token',
    discovery: 'https://sso.example/auth/realms/shop/.well-known/openid-configuration',
    asks: { scope: 'openid' },
    endSession: 'https://sso.example/auth/realms/shop/protocol/openid-connect/logout',
    endSessionQuery: openIdQuery,
  },
  {
    vendor: 'Okta, a custom authorization server',
    provided: okta({ issuer: 'https://example.okta.com/oauth2/default/' }),
    issuer: 'https://example.okta.com/oauth2/default',
    authorizationEndpoint: 'https://example.okta.com/oauth2/default/v1/authorize',
    tokenEndpoint: 'https://example.okta.com/oauth2/default/v1/token',
    discovery: 'https://example.okta.com/oauth2/default/.well-known/openid-configuration',
    asks: { scope: 'openid offline_access' },
    endSession: 'https://example.okta.com/oauth2/default/v1/logout',
    endSessionQuery: openIdQuery,
  },
  {
    vendor: 'Okta, the organization',
    provided: okta({ issuer: 'https://example.okta.com' }),
    issuer: 'https://example.okta.com',
    authorizationEndpoint: 'https://example.okta.com/oauth2/v1/authorize',
    tokenEndpoint: 'https://example.okta.com/oauth2/v1/token',
    discovery: 'https://example.okta.com/.well-known/openid-configuration',
    asks: { scope: 'openid offline_access' },
    endSession: 'https://example.okta.com/oauth2/v1/logout',
    endSessionQuery: openIdQuery,
  },
  {
    vendor: 'Entra ID',
    provided: entraId({ tenant }),
    issuer: `${entra}/v2.0`,
    authorizationEndpoint: `${entra}/oauth2/v2.0/authorize`,
    tokenEndpoint: `${entra}/oauth2/v2.0/token`,
    discovery: `${entra}/v2.0/.well-known/openid-configuration`,
    asks: { scope: 'openid offline_access' },
    endSession: `${entra}/oauth2/v2.0/logout`,
    endSessionQuery: openIdQuery,
  },
]

function createVendorOf({ provided, issuer, discovery, ...endpoints }: Case): Vendor {
  const document = {
    issuer,
    authorization_endpoint: endpoints.authorizationEndpoint,
    token_endpoint: endpoints.tokenEndpoint,
    end_session_endpoint: endpoints.endSession,
  }
  return createVendor(
    { ...provided, redirectUri, postLogoutRedirectUri },
    {
      tokenEndpoint: endpoints.tokenEndpoint,
      ...(discovery === undefined ? {} : { documents: discoverable(discovery, document) }),
    },
  )
}

describe.each(cases)('$vendor', (given) => {
  const { issuer, asks, authorizationEndpoint, discovery, endSession } = given
  const isOpenId = asks['scope']?.split(' ').includes('openid') === true

  it('is asked for a sign-in at its own address, and for a refresh token', async () => {
    const vendor = createVendorOf(given)
    const left = await leaveToSignIn(vendor.openTab())
    expect(`${left.origin}${left.pathname}`).toBe(authorizationEndpoint)
    expect(Object.fromEntries(left.searchParams)).toMatchObject(asks)
    expect(vendor.asked).toEqual(discovery === undefined ? [] : [discovery])
  })

  it('signs in, renews without asking for another scope, and finds the session after a reload', async () => {
    const vendor = createVendorOf(given)
    const left = await leaveToSignIn(vendor.openTab())
    const reply = redeeming(vendor.profile, left, { iss: issuer })
    vendor.profile.server.answerNext(async (request) => {
      const { id_token, ...rest } = (await (await reply(request)).json()) as Record<string, unknown>
      return Response.json(isOpenId ? { ...rest, id_token } : rest)
    })
    const tab = vendor.openTab({}, callbackOf(left))
    await expect(tab.auth.handleRedirect()).resolves.toBeDefined()
    await tab.auth.refresh()

    const [, renewal] = vendor.tokenRequests
    const { audience } = given.provided
    expect(Object.fromEntries(renewal?.parameters ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: 'spa',
      refresh_token: expect.any(String),
      ...(audience === undefined ? {} : { audience }),
    })
    const reloaded = vendor.openTab()
    await expect(reloaded.auth.ready).resolves.toMatchObject({ status: 'signed-in', generation: 2 })
    expect(vendor.tokenRequests).toHaveLength(2)
    expect(vendor.asked.filter((url) => url === discovery)).toHaveLength(
      discovery === undefined ? 0 : 1,
    )
  })

  it(
    endSession === undefined ? 'has no page to sign out at' : 'is left for its sign-out',
    async () => {
      const vendor = createVendorOf(given)
      const hint = idToken({ iss: issuer })
      const tab = await vendor.openSignedInTab(isOpenId ? { id_token: hint } : {})
      await tab.auth.signOut({ revoke: false })
      const [left] = tab.navigation.left
      expect(left?.split('?')[0]).toBe(endSession)
      const query = [...new URL(left ?? 'https://nowhere.invalid').searchParams].map(
        ([name, value]) => [name, value === hint ? '(id_token)' : value],
      )
      expect(Object.fromEntries(query)).toEqual(given.endSessionQuery ?? {})
      expect(tab.auth.getState()).toMatchObject({ status: 'signed-out', reason: 'signed-out' })
    },
  )
})

it('an app may ask for its own scope after the spread', async () => {
  const options = {
    ...entraId({ tenant }),
    scope: 'openid offline_access api://orders/Orders.Read',
    redirectUri,
  }
  const { asked, openTab } = createVendor(options, {
    tokenEndpoint: `${entra}/oauth2/v2.0/token`,
    documents: discoverable(`${entra}/v2.0/.well-known/openid-configuration`, {
      issuer: `${entra}/v2.0`,
      authorization_endpoint: `${entra}/oauth2/v2.0/authorize`,
      token_endpoint: `${entra}/oauth2/v2.0/token`,
    }),
  })
  const left = await leaveToSignIn(openTab())
  expect(left.searchParams.get('scope')).toBe(options.scope)
  expect(asked).toHaveLength(1)
})

it('an app of Auth0 may use the sign-out page that the metadata name', async () => {
  const options = { ...auth0({ domain: 'example.auth0.com' }), endSession: undefined }
  const vendor = createVendor(
    { ...options, postLogoutRedirectUri },
    {
      tokenEndpoint: 'https://example.auth0.com/oauth/token',
      documents: discoverable('https://example.auth0.com/.well-known/openid-configuration', {
        issuer: 'https://example.auth0.com/',
        token_endpoint: 'https://example.auth0.com/oauth/token',
        end_session_endpoint: 'https://example.auth0.com/oidc/logout',
      }),
    },
  )
  const tab = await vendor.openSignedInTab()
  await tab.auth.signOut()
  expect(tab.navigation.left[0]).toContain('https://example.auth0.com/oidc/logout?')
})

it('a tenant by another name than its ID would be found out: its metadata name the ID', async () => {
  // What entraId refuses, made by hand.
  const byName = 'https://login.microsoftonline.com/common/v2.0'
  const vendor = createVendor(
    { authorizationServer: byName, redirectUri },
    {
      tokenEndpoint: `${entra}/oauth2/v2.0/token`,
      documents: discoverable(`${byName}/.well-known/openid-configuration`, {
        issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
        token_endpoint: `${entra}/oauth2/v2.0/token`,
      }),
    },
  )
  const failure = await failureOf(vendor.openTab().auth.signIn())
  expect(named(failure)).toBe('ConfigurationError METADATA_INVALID')
})
