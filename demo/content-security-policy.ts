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

/**
 * What the check of a server may do. It has to reach any server, which nobody knows beforehand, so it
 * may send anywhere that is https or on this machine; a script that got in could send the test user's
 * tokens anywhere. Therefore everything else is closed: no script, worker, frame or form but its own
 * files, nothing that makes a script of a text, and nobody frames it, to have its consent clicked.
 */
export function serverCheckPolicy(): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self' https: http://localhost:* http://*.localhost:* http://127.0.0.1:*",
    'img-src data:',
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

/** The same for a `<meta>` element, in which `frame-ancestors` is not allowed. */
export function contentSecurityPolicyForMeta(addresses: PolicyAddresses): string {
  return forMeta(contentSecurityPolicy(addresses))
}

export function forMeta(policy: string): string {
  return policy
    .split('; ')
    .filter((directive) => !directive.startsWith('frame-ancestors'))
    .join('; ')
}
