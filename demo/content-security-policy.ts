import type { Addresses } from './servers.ts'

/** Where a page goes besides its own origin. */
export type PolicyAddresses = Pick<Addresses, 'issuer' | 'apiOrigin'>

/** What the demo's pages may do, which is as little as they need: no script or style in the HTML. */
export function contentSecurityPolicy({ issuer, apiOrigin }: PolicyAddresses): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The courier's.
    "worker-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${issuer} ${apiOrigin}`,
    // A tab of the grid is a frame, and signs in there.
    `frame-src 'self' ${issuer}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'self'",
    `form-action 'self' ${issuer}`,
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** The same for a `<meta>` element, in which `frame-ancestors` is not allowed. */
export function contentSecurityPolicyForMeta(addresses: PolicyAddresses): string {
  return contentSecurityPolicy(addresses)
    .split('; ')
    .filter((directive) => !directive.startsWith('frame-ancestors'))
    .join('; ')
}
