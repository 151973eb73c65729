import { expect, test } from 'vitest'
import { vendorFacts } from '../../../demo/vendors/vendors.ts'
import type { VendorName } from '../../../demo/vendors/vendors.ts'
import { auth0, dailyPay, mercadoPago, wso2 } from '../../../src/providers/index.ts'

/** What each stand-in tells a page, beside what the library says of the vendor itself. */
const pairs: readonly (readonly [VendorName, string, object])[] = [
  [
    'auth0',
    'https://example.eu.auth0.com',
    auth0({ domain: 'example.eu.auth0.com', audience: 'https://api.example' }),
  ],
  ['wso2-rotating', 'https://is.example', wso2({ baseUrl: 'https://is.example' })],
  ['daily-pay', 'https://auth.dailypay.com', dailyPay({ environment: 'production' })],
  [
    'daily-pay-secret',
    'https://auth.dailypay.com',
    dailyPay({ environment: 'production', tokenProxy: '/token-proxy/daily-pay-secret' }),
  ],
  [
    'mercado-pago',
    'https://api.mercadopago.com',
    mercadoPago({ tokenProxy: '/token-proxy/mercado-pago' }),
  ],
]

/** Mercado Pago's sign-in is on another host; its stand-in has one for all. */
function atOneOrigin(options: object, origin: string): object {
  const text = JSON.stringify(options).replaceAll('https://auth.mercadopago.com', origin)
  return JSON.parse(text) as object
}

test.for(pairs)('%s is used as the provider says', ([name, origin, provided]) => {
  const { managerOptions } = vendorFacts(name, {
    origin,
    apiOrigin: 'https://api.example',
    clientId: 'spa',
  })
  // The demo's API has scopes of its own.
  const { clientId, scope, ...told } = managerOptions
  const { scope: _, ...vendor } = { scope: '', ...atOneOrigin(provided, origin) }
  expect(clientId).toBe('spa')
  expect(scope).not.toBe('')
  expect(told).toEqual(vendor)
})
