/**
 * What authorization servers of well-known vendors want, as options for `createTokenManager`.
 *
 * @module tokenring/providers
 */
export { auth0, type Auth0Arguments, type Auth0Options } from './auth0.ts'
export { dailyPay, type DailyPayArguments, type DailyPayOptions } from './daily-pay.ts'
export { entraId, type EntraIdArguments, type EntraIdOptions } from './entra-id.ts'
export { keycloak, type KeycloakArguments, type KeycloakOptions } from './keycloak.ts'
export { mercadoPago, type MercadoPagoArguments, type MercadoPagoOptions } from './mercado-pago.ts'
export { okta, type OktaArguments, type OktaOptions } from './okta.ts'
export type { ProviderOptions } from './provider-options.ts'
export { wso2, type Wso2Arguments, type Wso2Options } from './wso2.ts'
