import { randomBytes } from 'node:crypto'
import { createJwtAccessTokens } from './access-tokens.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { RegisteredClient } from './authorization-server-options.ts'
import { createAuthorizationServer } from './authorization-server.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import type { ApiScopes } from './resource-server.ts'
import { createContractServer } from './vendors/contract-server.ts'
import type { TokenSizes } from './vendors/token-families.ts'
import type { Encoding } from './vendors/vendor.ts'
import { vendorNamed } from './vendors/vendors.ts'
import type { AuthorizationServerName } from './vendors/vendors.ts'

/** An authorization server with all that the other servers need from it. */
export interface ChosenAuthorizationServer {
  readonly server: AuthorizationServer
  readonly accessTokens: AccessTokens
  readonly apiScopes: ApiScopes
  /** What a token proxy has to know, if clients need a secret. */
  readonly secretClients?: SecretClients
}

export interface SecretClients {
  readonly tokenEndpoint: string
  readonly clientSecret: string
  readonly encoding: Encoding
}

export interface ChosenAuthorizationServerOptions {
  readonly origin: string
  readonly apiOrigin: string
  readonly pageOrigin: string
  readonly clients: readonly [RegisteredClient, ...RegisteredClient[]]
  /** Default: what the vendor's pages say; 30 for `'oidc-provider'`. */
  readonly accessTokenTtlSeconds: number | undefined
  readonly refreshTokenGraceMs: number
  /** Of `'oidc-provider'`: the others bind no token to a key. */
  readonly dpopNonces: boolean
  readonly tokenSizes: TokenSizes
  readonly controls: boolean
}

export function createChosenAuthorizationServer(
  name: AuthorizationServerName,
  options: ChosenAuthorizationServerOptions,
): ChosenAuthorizationServer {
  const { origin, apiOrigin, pageOrigin, clients, refreshTokenGraceMs, controls } = options
  const common = { pageOrigin, clients, audience: apiOrigin, refreshTokenGraceMs, controls }
  const vendor = vendorNamed(name)
  if (!vendor) {
    const apiScopes = { read: 'orders:read', write: 'orders:write', reports: 'reports:read' }
    const server = createAuthorizationServer({
      ...common,
      issuer: origin,
      resourceScope: Object.values(apiScopes).join(' '),
      accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? 30,
      dpopNonces: options.dpopNonces,
    })
    const accessTokens = createJwtAccessTokens({
      issuer: origin,
      audience: apiOrigin,
      isRevoked: server.isAccessTokenRevoked,
    })
    return { server, accessTokens, apiScopes }
  }
  const { paths, encodings, needsSecret, apiScopes } = vendor
  const clientSecret = randomBytes(24).toString('base64url')
  const server = createContractServer({
    ...common,
    origin,
    vendor,
    clientSecret,
    accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? vendor.accessTokenTtlSeconds,
    tokenSizes: options.tokenSizes,
  })
  const tokenEndpoint = origin + paths.token
  return {
    server,
    accessTokens: server.accessTokens,
    apiScopes,
    ...(needsSecret && {
      secretClients: { tokenEndpoint, clientSecret, encoding: encodings[0] ?? 'form' },
    }),
  }
}
