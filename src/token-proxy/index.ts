export { createTokenProxy } from './create-token-proxy.ts'
export type { TokenProxyGrant, TokenProxyOptions } from './token-proxy-options.ts'
