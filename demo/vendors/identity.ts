import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT, exportJWK } from 'jose'
import { demoUser } from '../authorization-server-pages.ts'
import type { TokenFamily } from './token-families.ts'
import type { Vendor } from './vendor.ts'

/** What makes a contract server an OpenID provider. */
export interface Identity {
  readonly metadataPath: string
  readonly metadata: Readonly<Record<string, unknown>>
  keys(): Promise<object>
  sign(family: TokenFamily): Promise<string>
}

const idTokenTtlSeconds = 3_600

/** Nothing, where the vendor is none. */
export function createIdentity(
  vendor: Vendor,
  origin: string,
  now: () => number,
): Identity | undefined {
  if (!vendor.isOpenId) return undefined
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = vendor.issuer(origin)
  const kid = randomUUID()
  return {
    // OpenID Connect Discovery 1.0 §4: a slash at the end of the issuer does not count.
    metadataPath: `${new URL(issuer).pathname.replace(/\/$/, '')}/.well-known/openid-configuration`,
    metadata: metadataOf(vendor, origin),
    keys: async () => ({
      keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' }],
    }),
    sign({ consent }) {
      const { user, clientId, nonce, authenticatedAt, scope } = consent
      const name = scope.includes('profile') ? demoUser(user)?.name : undefined
      const issuedAt = Math.floor(now() / 1_000)
      return new SignJWT({
        auth_time: Math.floor(authenticatedAt / 1_000),
        ...(nonce !== undefined && { nonce }),
        ...(name !== undefined && { name }),
      })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setSubject(user)
        .setAudience(clientId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + idTokenTtlSeconds)
        .sign(privateKey)
    },
  }
}

function metadataOf(vendor: Vendor, origin: string): Readonly<Record<string, unknown>> {
  const { paths } = vendor
  const at = (path: string | undefined): string | undefined => path && origin + path
  const isStandardSignOut = paths.signOut?.returnToParameter === 'post_logout_redirect_uri'
  return {
    issuer: vendor.issuer(origin),
    authorization_endpoint: at(paths.authorization),
    token_endpoint: at(paths.token),
    revocation_endpoint: at(paths.revocation),
    jwks_uri: at(paths.keys),
    end_session_endpoint: isStandardSignOut ? at(paths.signOut?.path) : undefined,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [vendor.needsSecret ? 'client_secret_post' : 'none'],
    scopes_supported: ['openid', 'profile', ...vendor.scopes],
  }
}
