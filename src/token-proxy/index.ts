/**
 * A handler for your server that adds the client secret where a vendor demands one.
 *
 * @module tokenring/token-proxy
 */
export { createTokenProxy } from './create-token-proxy.ts'
export type { TokenProxyGrant, TokenProxyOptions } from './token-proxy-options.ts'
