import {
  auth0,
  dailyPay,
  entraId,
  keycloak,
  mercadoPago,
  okta,
  wso2,
} from '../../src/providers/index.ts'
import { createVendor, discoverable, type Vendor } from './vendor.ts'

const tenant = '1a2b3c4d-0000-4000-8000-0123456789ab'

function discovered(
  options: { readonly authorizationServer: string },
  tokenEndpoint: string,
): () => Vendor {
  const { authorizationServer } = options
  const url = `${authorizationServer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = { issuer: authorizationServer, token_endpoint: tokenEndpoint }
  return () => createVendor(options, { tokenEndpoint, documents: discoverable(url, document) })
}

export type VendorName =
  'auth0' | 'dailyPay' | 'entraId' | 'keycloak' | 'mercadoPago' | 'okta' | 'wso2'

/** One of each vendor, in a browser of its own. */
export const vendors: Readonly<Record<VendorName, () => Vendor>> = {
  auth0: discovered(
    auth0({ domain: 'example.auth0.com' }),
    'https://example.auth0.com/oauth/token',
  ),
  wso2: discovered(
    wso2({ baseUrl: 'https://is.example:9443' }),
    'https://is.example:9443/oauth2/token',
  ),
  dailyPay: () =>
    createVendor(dailyPay({ environment: 'production' }), {
      tokenEndpoint: 'https://auth.dailypay.com/oauth2/token',
    }),
  mercadoPago: () =>
    createVendor(mercadoPago({ tokenProxy: '/oauth/token' }), {
      tokenEndpoint: 'https://app.example/oauth/token',
      expiresIn: 180 * 86_400,
    }),
  keycloak: discovered(
    keycloak({ baseUrl: 'https://sso.example', realm: 'shop' }),
    'https://sso.example/realms/shop/protocol/openid-connect/token',
  ),
  okta: discovered(
    okta({ issuer: 'https://example.okta.com/oauth2/default' }),
    'https://example.okta.com/oauth2/default/v1/token',
  ),
  entraId: discovered(
    entraId({ tenant }),
    `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
  ),
}
