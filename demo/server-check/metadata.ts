import { isSecureUrl } from '../../src/core/secure-url.ts'

/** What the check needs of an authorization server's metadata (RFC 8414). */
export interface Metadata {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly revocation_endpoint?: string
  readonly userinfo_endpoint?: string
  readonly jwks_uri?: string
  readonly end_session_endpoint?: string
  /** Whether tokens can be bound to a key (RFC 9449). */
  readonly dpop: boolean
  readonly scopes: readonly string[]
}

const addresses = [
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'end_session_endpoint',
] as const

/**
 * @param value What was read as JSON.
 * @param base For addresses that are relative, as those of a proxy.
 * @returns Or a sentence that says what is missing.
 */
export function parseMetadata(value: unknown, base: string): Metadata | string {
  if (typeof value !== 'object' || value === null) return 'It is no JSON object.'
  const members = value as Readonly<Record<string, unknown>>
  const { issuer } = members
  if (typeof issuer !== 'string') return 'It names no “issuer”.'
  const found: Partial<Record<(typeof addresses)[number], string>> = {}
  for (const name of addresses) {
    const address = members[name]
    if (address === undefined || address === null) continue
    if (typeof address !== 'string' || !URL.canParse(address, base))
      return `“${name}” is no address.`
    const url = new URL(address, base)
    if (!isSecureUrl(url)) return `“${name}” is not https, and not on this machine.`
    found[name] = url.href
  }
  const { authorization_endpoint, token_endpoint, ...rest } = found
  if (authorization_endpoint === undefined) return 'It names no “authorization_endpoint”.'
  if (token_endpoint === undefined) return 'It names no “token_endpoint”.'
  const dpop = textsIn(members['dpop_signing_alg_values_supported']).includes('ES256')
  const scopes = textsIn(members['scopes_supported'])
  return { issuer, authorization_endpoint, token_endpoint, ...rest, dpop, scopes }
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
