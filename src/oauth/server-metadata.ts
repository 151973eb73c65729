import type { AuthorizationServer as Metadata } from 'oauth4webapi'
import { ConfigurationError } from '../core/errors.ts'
import { membersOf } from '../core/member-of.ts'
import { isSecureUrl } from '../core/secure-url.ts'
import { isObject, isString } from '../core/shape.ts'

/** Authorization server metadata in RFC 8414 spelling. Endpoints may be relative to the page. */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly authorization_endpoint?: string | undefined
  readonly revocation_endpoint?: string | undefined
  readonly end_session_endpoint?: string | undefined
  readonly id_token_signing_alg_values_supported?: readonly string[] | undefined
  readonly authorization_response_iss_parameter_supported?: boolean | undefined
  readonly [member: string]: unknown
}

const endpoints = [
  'token_endpoint',
  'authorization_endpoint',
  'revocation_endpoint',
  'end_session_endpoint',
] as const
/** What is read of metadata, here and by oauth4webapi. */
const read = [
  ...endpoints,
  'issuer',
  'authorization_response_iss_parameter_supported',
  'code_challenge_methods_supported',
  'id_token_signing_alg_values_supported',
]

/**
 * A copy with absolute endpoints, each of which may be used: nobody checks them again. It inherits
 * nothing: an endpoint that another script has put on `Object.prototype` would be sent the refresh
 * token. Aliases are for clients with a certificate, and would be a way around the check.
 *
 * @throws {ConfigurationError} `METADATA_INVALID` or `INSECURE_ENDPOINT`; names what is wrong.
 */
export function parseMetadata(given: unknown, base: string): Metadata {
  if (!isObject(given)) throw metadataInvalid('metadata', 'must be an object')
  const members = membersOf(given, read)
  if (!isString(members['issuer'])) throw metadataInvalid('issuer', 'must be a string')
  for (const name of endpoints) {
    // Servers that write their structs out whole say nothing in this way; and an empty address would
    // lead to whatever it is resolved against.
    const value = members[name] ?? ''
    if (value === '') {
      if (name === 'token_endpoint') throw metadataInvalid(name, 'is required')
    } else if (!isString(value)) {
      throw metadataInvalid(name, 'must be a string')
    } else {
      members[name] = parseSecureUrl(value, name, base).href
    }
  }
  return members as unknown as Metadata
}

/** The same for metadata that were discovered: the refresh token of one server must not be sent to another. */
export function parseDiscovered(given: unknown, issuer: string): Metadata {
  const metadata = parseMetadata(given, issuer)
  const { issuer: named } = metadata
  if (URL.canParse(named) && new URL(named).href === new URL(issuer).href) return metadata
  throw metadataInvalid('issuer', `${issuer} is not the one its metadata name: ${named}`)
}

export function parseSecureUrl(value: string, name: string, base?: string): URL {
  if (!URL.canParse(value, base)) throw metadataInvalid(name, 'must be a URL')
  const url = new URL(value, base)
  // No fetch takes such an address, and it would look like a server that cannot be reached.
  if (url.username || url.password) throw metadataInvalid(name, 'must not hold credentials')
  if (isSecureUrl(url)) return url
  throw new ConfigurationError(
    'INSECURE_ENDPOINT',
    `authorizationServer: ${name} must be https (http only on loopback).`,
  )
}

export function metadataInvalid(name: string, rule: string): ConfigurationError {
  return new ConfigurationError('METADATA_INVALID', `authorizationServer: ${name} ${rule}.`)
}
